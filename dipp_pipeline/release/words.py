"""What every form of a release says of itself, in sentences made from its `release_info`."""

from dipp_pipeline.release.contents import Contents

PROGRAMME = "Dynamic Inspection of Public Protection"

SAMPLE_BANNER = "Invented sample data"

OPEN_GOVERNMENT_LICENCE = "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"

LICENCE_ADDRESSES = {"Open Government Licence v3.0": OPEN_GOVERNMENT_LICENCE}
"""Where the terms of a licence stand, of those that are known by name."""

_EDITIONS = {
    "internal": "The inspectorate's own edition: every region with accepted cases.",
    "public": "The public edition: the regions that were approved for it, each as it was approved.",
}


def title(contents: Contents) -> str:
    """What the release is called; of invented data the name says so."""
    named = f"{PROGRAMME}: findings"
    return f"{named} ({SAMPLE_BANNER.lower()})" if contents.about["is_sample"] else named


def described(contents: Contents, description: str) -> str:
    """What a table or a release is; of invented data it says that first."""
    return f"{SAMPLE_BANNER}: nothing follows from them. {description}" if contents.about["is_sample"] else description


def day(contents: Contents) -> str:
    """The day of publication in words, UTC."""
    published_at = contents.about["published_at"]
    return f"{published_at.day} {published_at:%B %Y}"


def release_named(contents: Contents) -> str:
    """The release by its identity and day."""
    return f"Release {contents.about['release_id']} of {day(contents)}"


def edition(contents: Contents) -> str:
    """Which regions the edition has."""
    name: str = contents.about["edition"]
    return _EDITIONS.get(name, f"The {name} edition.")


def status(contents: Contents) -> str:
    """Whether the figures can still change, and how many regions they are of."""
    included, expected = contents.about["regions_included"], len(contents.rows("programme_progress"))
    if contents.about["status"] == "final":
        return f"Final: all {expected} regions are included."
    return f"Provisional: {included} of {expected} regions included so far."


def outlook(contents: Contents) -> str:
    """The status, and what can be expected to change."""
    if contents.about["status"] == "final":
        return status(contents)
    return f"{status(contents)} National figures change as further regions are inspected."


def citation(contents: Contents) -> str:
    """How to cite the release."""
    about = contents.about
    return (
        f"{about['publisher']} ({about['published_at'].year}). {title(contents)}. Release {about['release_id']}, "
        f"{about['edition']} edition, {day(contents)}."
    )
