"""Who is in a story: ``find_people`` names everyone and every place they are mentioned."""

from pipelines.people.find import find_people

__all__ = ["find_people"]
