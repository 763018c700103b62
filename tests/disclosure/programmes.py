"""Programmes of cases, made up at random, that grow region by region and are corrected on the way."""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from dipp_pipeline.disclosure.counts import PDU, Content
from dipp_pipeline.disclosure.measures import measures_of

RISKS = ("low", "medium", "high", "very_high")
MEASURES = measures_of(
    [
        {"measure_code": code, "question_code": questions, "counted_answers": counted, "complement_of": complement}
        for code, questions, counted, complement in (
            ("assessed", "Q1", "yes", ""),
            ("planned", "Q2", "yes", ""),
            ("both", "Q1 Q2", "yes", ""),
            ("overseen", "Q3", "yes", ""),
            ("not_overseen", "Q3", "no", "overseen"),
            ("informed", "Q4", "yes", ""),
            ("analysed", "Q5", "yes", ""),
        )
    ],
    [
        {"question_code": code, "core_equivalent": code, "applies_when": condition}
        for code, condition in (
            ("Q1", ""),
            ("Q2", ""),
            ("Q3", "risk_of_serious_harm in ('high', 'very_high') or practitioner_inexperienced"),
            ("Q4", "child_safeguarding_concern"),
            ("Q5", "child_safeguarding_concern"),
        )
    ],
)


@dataclass(frozen=True)
class Case:
    """A case of a region, with the measures that are relevant to it and whether it counts."""

    region: str
    categories: Mapping[str, str]
    """Characteristic, PDU among them, to category."""
    figures: Mapping[str, bool]


@dataclass(frozen=True)
class Programme:
    """What each region's cases are at every release, and all categories of the characteristics."""

    categories: Mapping[str, Sequence[str]]
    releases: Sequence[Mapping[str, Sequence[Case]]]

    def pdus(self, region: str) -> Sequence[str]:
        return [f"{region}-{number}" for number in range(3)]

    def content(self, release: int) -> Content:
        """The counts of a release, with zeros for the categories that have no case."""
        cases: Counter[tuple[str, str, str]] = Counter()
        relevant: Counter[tuple[str, str, str, str]] = Counter()
        counted: Counter[tuple[str, str, str, str]] = Counter()
        for region, its_cases in self.releases[release].items():
            for characteristic, categories in {**self.categories, PDU: self.pdus(region)}.items():
                cases.update({(region, characteristic, category): 0 for category in categories})
            for case in its_cases:
                for characteristic, category in case.categories.items():
                    cases[region, characteristic, category] += 1
                    for measure, counts in case.figures.items():
                        relevant[region, characteristic, category, measure] += 1
                        counted[region, characteristic, category, measure] += counts
        return Content(dict(cases), {key: (relevant[key], counted[key]) for key in relevant}, {})


def programme(seed: int, regions: int, cases: tuple[int, int], corrected: float = 0.5) -> Programme:
    """Regions join one by one with a number of cases in that range.

    Between two releases, with that probability, a former region has one case corrected, added or taken out, or all
    replaced.
    """
    chance = random.Random(seed)
    categories = {
        "sex": ("female", "male", "other"),
        "risk_of_serious_harm": RISKS,
        "ethnicity": ("asian", "black", "mixed", "white"),
    }
    weights = {name: [chance.choice((1, 2, 6, 20)) for _ in names] for name, names in categories.items()}
    made = Maker(chance, categories, weights)
    releases: list[Mapping[str, Sequence[Case]]] = []
    present: dict[str, Sequence[Case]] = {}
    for number in range(regions):
        if present and chance.random() < corrected:
            region = chance.choice(sorted(present))
            present[region] = made.changed(region, present[region])
        region = f"N{number:02}"
        present[region] = [made.case(region) for _ in range(chance.randint(*cases))]
        releases.append(dict(present))
    return Programme(categories, releases)


@dataclass(frozen=True)
class Maker:
    """Makes cases up, some categories being rarer than others."""

    chance: random.Random
    categories: Mapping[str, Sequence[str]]
    weights: Mapping[str, Sequence[int]]

    def case(self, region: str) -> Case:
        chosen = {
            name: self.chance.choices(names, self.weights[name])[0] for name, names in self.categories.items()
        } | {PDU: f"{region}-{self.chance.choice((0, 0, 0, 1, 1, 2))}"}
        return Case(region, chosen, dict(self.figures(chosen["risk_of_serious_harm"])))

    def figures(self, risk: str) -> Iterator[tuple[str, bool]]:
        assessed, planned = self.chance.random() < 0.6, self.chance.random() < 0.8
        yield from {"assessed": assessed, "planned": planned, "both": assessed and planned}.items()
        if risk in ("high", "very_high") or self.chance.random() < 0.3:
            overseen = self.chance.random() < 0.4
            yield from {"overseen": overseen, "not_overseen": not overseen}.items()
        if self.chance.random() < 0.6:
            yield from {"informed": self.chance.random() < 0.7, "analysed": self.chance.random() < 0.5}.items()

    def changed(self, region: str, cases: Sequence[Case]) -> Sequence[Case]:
        """One case more, one fewer, one with another category or other answers, or other cases altogether."""
        change = self.chance.choice(("more", "fewer", "category", "answers", "replaced"))
        if change == "more":
            return [*cases, self.case(region)]
        if change == "replaced":
            return [self.case(region) for _ in cases]
        first, *others = cases
        if change == "fewer" and others:
            return others
        made = self.case(region)
        if change == "category":
            return [replace(first, categories={**first.categories, "sex": made.categories["sex"]}), *others]
        return [replace(first, figures=dict(self.figures(first.categories["risk_of_serious_harm"]))), *others]
