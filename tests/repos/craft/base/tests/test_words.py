import unittest

from words import share, verdict, words


class Words(unittest.TestCase):
    def test_words(self):
        self.assertEqual(words("Red, green!  -  "), ["red", "green", "-"])
        self.assertEqual(words(" .. "), [])

    def test_share(self):
        self.assertEqual(share(""), 0.0)
        self.assertEqual(share("red green pink grey"), 0.5)
        self.assertEqual(share("RED"), 1.0)

    def test_verdict(self):
        told = [verdict(value) for value in (0, 0.24, 0.25, 0.74, 0.75, 1)]
        self.assertEqual(told, ["few", "few", "some", "some", "most", "most"])
        for wrong in (-0.1, 1.1):
            with self.assertRaises(ValueError):
                verdict(wrong)


if __name__ == "__main__":
    unittest.main()
