"""All items. The first line of each says what it shows; every comparison alternates its sides within one run."""

from link import Link
from peers import Peers
from tables import Tables


class Items(Tables, Peers, Link):
    """A method for each item of the command line."""
