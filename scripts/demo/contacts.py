#!/usr/bin/env python3
"""Writes the contact file of a made-up company: the same rows on every machine.

usage: contacts.py [ROWS]     CSV to standard output; every address lies under example.com or .test
"""

import csv
import random
import sys

FIRST = (
    "Ada Grace Edsger Käthe Jürgen Zoë Renée Søren Łukasz Ángel Noémie Björn Chloé Håkon İpek Siân Åsa "
    "Máire Dušan Ștefan Yusuf Amina Hiroshi Mei Priya Kwame Olga Ngozi Leila Tomás Anna Paul Mia Jonas"
).split()
LAST = (
    "Lovelace Hopper Dijkstra Müller Schäfer Weiß Nguyễn Ødegård García Kowalczyk O’Brien Čapek Dvořák "
    "Björnsdóttir Groß Şahin Sørensen Lefèvre Ito Okafor Schmidt Novák Peeters Rossi Silva Meyer Brandt"
).split()
COMPANIES = (
    "Nordlicht Optik|Bäckerei Kröger & Söhne|Atelier Fleury|Hafen 12 GmbH|Kestrel Bicycles|Tea & Tides Ltd|"
    "Østerbro Kaffe|Café Zürich|Blåbär AB|The “Quiet” Press|Smith, Jones & Daughters|"
).split("|")
PLANS = ["free", "studio", "studio", "workshop"]
DOMAINS = ["example.com", "mail.example.com", "people.example.com", "post.test", "letters.test", "inbox.test"]
FOLDED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "Ø": "oe", "å": "aa", "Å": "aa", "Ł": "l", "İ": "i"}
)
NOT_ADDRESSES = ["no-at-sign.example.com", "two@@example.com", "spaces in@example.com", "@example.com", "n/a", ""]


def ascii_only(name: str) -> str:
    import unicodedata

    plain = unicodedata.normalize("NFD", name.translate(FOLDED)).encode("ascii", "ignore").decode()
    return "".join(character for character in plain.lower() if character.isalnum())


def rows(count: int):
    dice = random.Random(2_000)
    earlier: list[str] = []
    for number in range(1, count + 1):
        first, last = dice.choice(FIRST), dice.choice(LAST)
        address = f"{ascii_only(first)}.{ascii_only(last)}.{number}@{dice.choice(DOMAINS)}"
        if number % 400 == 0:
            address = NOT_ADDRESSES[number // 400 % len(NOT_ADDRESSES)]
        elif number % 250 == 0:
            address = dice.choice(earlier).upper() if number % 500 else dice.choice(earlier)
        else:
            earlier.append(address)
        yield [address, first, last, dice.choice(COMPANIES), dice.choice(PLANS)]


if __name__ == "__main__":
    writer = csv.writer(sys.stdout, lineterminator="\r\n")
    writer.writerow(["Email", "first_name", "last_name", "company", "plan"])
    writer.writerows(rows(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000))
