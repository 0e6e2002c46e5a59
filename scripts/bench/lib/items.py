"""All items. The first line of each says what it shows; every comparison alternates its sides within one run."""

from hosts import Hosts
from link import Link
from tables import Tables


class Items(Tables, Hosts, Link):
    """A method for each item of the command line."""
