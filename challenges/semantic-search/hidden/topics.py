"""Little articles on unrelated subjects, so that exact words and meaning both tell them apart."""

from __future__ import annotations

TOPICS: tuple[tuple[str, str, str], ...] = (
    ("Sourdough", "Sourdough rises slowly because wild yeast works at room temperature.", "Bakers fold it twice."),
    ("Violin strings", "Violin strings of gut sound warm but go out of tune in damp halls.", "Steel ones hold longer."),
    ("Glaciers", "Glaciers carve valleys while thick ice slides over bedrock.", "Moraines show where they ended."),
    ("Beekeeping", "Beekeepers smoke a hive so that the colony stays calm.", "Honey is taken in late summer."),
    ("Lighthouses", "Lighthouse lenses bend lamplight into a beam seen for twenty miles.", "Each has its own rhythm."),
    ("Chess openings", "Chess openings fight for the four squares in the centre.", "Castling early keeps a king safe."),
    ("Pottery", "Pottery cracks in the kiln when wet clay is fired too quickly.", "Slow drying prevents it."),
    ("Marathons", "Marathon runners drink small amounts often instead of much at once.", "Salt matters on hot days."),
    ("Saffron", "Saffron threads are picked by hand from autumn crocus flowers.", "One gram takes about 150 of them."),
    ("Volcanoes", "Volcanoes with sticky magma explode, while runny lava only flows.", "Gas is what drives both."),
    ("Origami", "Origami cranes begin with a square sheet and a bird base.", "Thin paper folds more sharply."),
    ("Submarines", "Submarines dive by flooding tanks with sea water.", "Compressed air brings them back up."),
    ("Tea", "Green tea turns bitter when the water is close to boiling.", "Eighty degrees is enough."),
    ("Penguins", "Penguin parents take turns warming one egg through polar winter.", "They find each other by voice."),
    ("Windmills", "Windmill sails were covered with canvas to catch a light breeze.", "A brake wheel stopped them."),
    ("Opera", "Opera singers fill a theatre without a microphone by shaping resonance.", "Vowels carry furthest."),
    (
        "Caves",
        "Stalactites hang from cave ceilings and grow a finger's width in centuries.",
        "Dripping lime feeds them.",
    ),
    ("Bicycles", "Bicycle chains wear out sooner when grit mixes with the oil.", "Wiping them weekly helps."),
    ("Comets", "Comet tails point away from the sun because sunlight pushes the dust.", "Some return every 76 years."),
    ("Cheese", "Blue cheese is pierced with needles so that mould can breathe inside.", "It ripens in damp cellars."),
    ("Deserts", "Desert foxes lose heat through their very large ears.", "They hunt when sand has cooled."),
    ("Bridges", "Suspension bridges hang a roadway from cables anchored in rock.", "Wind tunnels test their decks."),
    ("Inks", "Iron gall ink eats through parchment over hundreds of years.", "Archivists slow it with cold."),
    ("Coral", "Coral bleaches when warm seas drive away the algae it feeds on.", "Shade can spare small reefs."),
    ("Trams", "Tram drivers drop sand on the rails to brake on wet leaves.", "A box under the seat holds it."),
    ("Bamboo", "Bamboo shoots can grow nearly a metre in a single day.", "Then they harden for three years."),
    ("Falconry", "Falconers weigh their birds every morning before a flight.", "A full falcon will not come back."),
    ("Clocks", "Pendulum clocks run late in summer because a warm rod is longer.", "Mercury jars made up for it."),
    ("Wool", "Merino wool keeps hikers warm even when it is soaked.", "Its fibres are finer than hair."),
    ("Tides", "Spring tides come when moon and sun pull along one line.", "Fishermen keep tables of them."),
)
"""Title, a sentence to search by, and one more sentence."""

BY_MEANING: tuple[tuple[str, str, str], ...] = (
    ("Dogs that bark", "Reward the dog when it stays silent as visitors arrive.", "quieten my noisy puppy"),
    ("Storing potatoes", "Keep potatoes somewhere dark, or they sprout.", "root vegetable pantry"),
    (
        "Calming a crying infant",
        "Rock the infant gently and hum; swaddling soothes newborns.",
        "baby screaming nonstop",
    ),
    ("Paying off debts", "Pay back the loan with the highest rate first.", "owing cash, several lenders"),
    ("A frozen car lock", "Warm the key with a lighter before you insert it.", "vehicle won't unlock"),
    ("Falling asleep sooner", "Dim the lights and go to bed at the same hour.", "remedies against insomnia"),
)
"""Title, text, and a question that shares no stem with any document planted beside it."""
