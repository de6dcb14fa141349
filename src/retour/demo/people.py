"""Who orders: made-up people of the countries that the marketplaces sell in."""

import random
from typing import Final

from retour.demo.trade import Buyer

_BY_COUNTRY: Final = {
    "NL": (
        ("Daan", "Visser", "Lindelaan", "5", "1402HH", "Bussum", ""),
        ("Saar", "Mulder", "Boterstraat", "61", "8021EA", "Zwolle", ""),
        ("Youssef", "Amrani", "Tuinweg", "18", "5611ZB", "Eindhoven", ""),
        ("Mila", "Bakker", "Zeestraat", "74", "2042LC", "Zandvoort", ""),
        ("Sam", "Hendriks", "Brink", "2", "7411BT", "Deventer", ""),
        ("Fenna", "Postma", "Stationsweg", "27", "8911AC", "Leeuwarden", ""),
    ),
    "BE": (
        ("Lotte", "Claes", "Veldstraat", "30", "9000", "Gent", ""),
        ("Jan", "Wouters", "Bondgenotenlaan", "9", "3000", "Leuven", ""),
        ("Chloé", "Lambert", "Rue du Moulin", "8", "4000", "Liège", ""),
    ),
    "DE": (
        ("Jule", "Brandt", "Lindenweg", "4", "10115", "Berlin", ""),
        ("Malte", "Sommer", "Am Hafen", "17", "20457", "Hamburg", ""),
        ("Hanna", "Vogt", "Birkenallee", "12", "04109", "Leipzig", ""),
        ("Emil", "Lang", "Weinbergweg", "5", "70173", "Stuttgart", ""),
        ("Mia", "Schröder", "Deichstraße", "77", "28195", "Bremen", ""),
    ),
    "ES": (
        ("Lucía", "García", "Calle del Molino", "12", "28004", "Madrid", ""),
        ("Mateo", "Ferrer", "Carrer Major", "3", "08001", "Barcelona", ""),
        ("Carmen", "Ruiz", "Calle del Sol", "45", "41004", "Sevilla", ""),
    ),
    "GB": (("Amy", "O'Neill", "Mill Lane", "3", "LS99 9ZZ", "Leeds", "West Yorkshire"),),
    "SE": (("Åsa", "Lindström", "Kvarngatan", "8", "999 99", "Uppsala", ""),),
    "US": (
        ("Riley", "Sample", "Oak Avenue", "22", "45402", "Dayton", "OH"),
        ("Casey", "Van Doren", "River Road", "7", "97301", "Salem", "OR"),
        ("Zoë", "O'Neil", "Lake Drive", "418", "53703", "Madison", "WI"),
        ("Jamie", "Fuller", "Hill Court", "9", "78701", "Austin", "TX"),
    ),
}


def anybody(chance: random.Random, *countries: str) -> Buyer:
    """Somebody of one of these countries."""
    country = chance.choice([country for country in countries for _ in _BY_COUNTRY[country]])
    first, last, street, house, postcode, city, region = chance.choice(_BY_COUNTRY[country])
    return Buyer(first, last, street, house, postcode, city, country, region)


def quantity(chance: random.Random) -> int:
    """How many of one product are ordered: mostly one."""
    return chance.choices((1, 2, 3), (70, 20, 10))[0]
