"""Requests counted by route: plain integers while serving, Prometheus metrics when somebody asks.

The library's own counters take a lock for each of three updates a request; one event loop needs none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BUCKETS = (0.005, 0.02, 0.1, 0.5, 2.0, 10.0)
"""Upper bounds of the time buckets, seconds; the last is open."""


class RouteFigures:
    """One route: how often each status, and how long it took."""

    __slots__ = ("buckets", "log_name", "seconds", "statuses")

    def __init__(self, route: str) -> None:
        self.log_name = route.replace("\\", "").replace('"', "")
        self.statuses: dict[int, int] = {}
        self.buckets = [0] * (len(BUCKETS) + 1)
        self.seconds = 0.0

    def add(self, status: int, seconds: float) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1
        self.buckets[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds


class Figures(Collector):
    """All routes of one application."""

    def __init__(self) -> None:
        self._routes: dict[str, RouteFigures] = {}

    def of(self, route: str) -> RouteFigures:
        found = self._routes.get(route)
        if found is None:
            found = self._routes[route] = RouteFigures(route)
        return found

    def collect(self) -> Iterable[Metric]:
        """What a scrape sees."""
        requests = CounterMetricFamily("yima_requests", "Requests by route and status", labels=["route", "status"])
        seconds = HistogramMetricFamily("yima_request_seconds", "Time to answer, by route", labels=["route"])
        for route, figures in self._routes.items():
            for status, count in figures.statuses.items():
                requests.add_metric([route, str(status)], count)
            seconds.add_metric([route], _cumulated(figures.buckets), figures.seconds)
        return [requests, seconds]


def _cumulated(counts: list[int]) -> list[tuple[str, float]]:
    total, found = 0, []
    for bound, count in zip([*map(str, BUCKETS), "+Inf"], counts, strict=True):
        total += count
        found.append((bound, float(total)))
    return found
