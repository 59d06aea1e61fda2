"""Keywords as somebody would write them down in half an hour, without looking at the data.

A keyword counts where a word begins with it.
"""

import re

KEYWORDS = {
    "billing": (
        *("bill", "invoice", "charge", "direct debit", "payment", "price", "statement", "tariff", "discount"),
        *("reminder", "vat", "fee", "owe", "iban"),
    ),
    "outage": (
        *("outage", "no internet", "no signal", "no connection", "no service", "offline", "down since", "is down"),
        *("went down", "dead", "red light", "cut off", "nothing works", "has been down"),
    ),
    "slow_connection": (
        *("slow", "speed", "mbit", "lag", "ping", "buffer", "freez", "dropping", "weak", "throttle", "unstable"),
        *("takes forever", "crawl", "stutter"),
    ),
    "device_setup": (
        *("set up", "setup", "settings", "configure", "connect the", "how do i", "wi-fi", "remote", "manual", "apn"),
        *("puk", "pair", "esim", "hub", "pod"),
    ),
    "installation": (
        *("engineer", "technician", "appointment", "installation", "install", "fitter", "activation", "activated"),
        *("drill", "socket", "my order", "order", "fibre", "connected"),
    ),
    "cancellation": (
        *("cancel", "terminat", "notice", "end my contract", "contract", "leaving", "withdraw", "switch"),
        *("no longer need", "end the contract", "another provider"),
    ),
    "account_access": (
        *("log in", "login", "password", "locked", "sign in", "signing in", "reset", "user name", "username"),
        *("login code", "portal", "two-factor", "my account", "unlock"),
    ),
    "moving_home": (
        *("moving", "move to", "new address", "relocat", "new house", "new flat", "new home", "my move", "we move"),
        *("change of address", "old address"),
    ),
    "refund": (
        *("refund", "money back", "compensation", "reimburse", "deposit", "credit", "pay back", "paid back"),
        *("cashback", "claim", "goodwill", "transfer", "back"),
    ),
    "security": (
        *("phishing", "fraud", "scam", "hacked", "stolen", "suspicious", "fake", "sim swap", "stranger", "identity"),
        *("data breach", "wasn't me", "pretend", "in my name"),
    ),
}

PATTERNS = {name: re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})") for name, words in KEYWORDS.items()}
