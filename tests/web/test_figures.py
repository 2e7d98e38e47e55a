"""Requests counted by route, and the access log's lines."""

from __future__ import annotations

import asyncio
import io
import json

from aiohttp import web
from prometheus_client import CollectorRegistry, generate_latest

from server.app import make_app
from server.web.figures import Figures
from server.web.guard import AccessLog
from tests.journeys.town import Town


def test_what_a_scrape_sees() -> None:
    figures = Figures()
    for seconds in (0.001, 0.01, 3.0, 60.0):
        figures.of("/api/v1/me").add(200, seconds)
    figures.of("/api/v1/me").add(401, 0.001)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(figures)
    text = generate_latest(registry).decode()
    assert 'yima_requests_total{route="/api/v1/me",status="200"} 4.0' in text
    assert 'yima_request_seconds_bucket{le="0.005",route="/api/v1/me"} 2.0' in text
    assert 'yima_request_seconds_bucket{le="+Inf",route="/api/v1/me"} 5.0' in text
    assert 'yima_request_seconds_count{route="/api/v1/me"} 5.0' in text


async def test_log_lines_are_json_and_written_in_one_go() -> None:
    out = io.StringIO()
    log = AccessLog(out, every=0.01)
    log.add("GET", "/api/v1/cases/{case_no}", 200, 0.0123, "a-1")
    log.add("POST", "/api/v1/otp", 202, 0.001, "a-2")
    assert out.getvalue() == ""
    await asyncio.sleep(0.05)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [(line["route"], line["status"], line["id"]) for line in lines] == [
        ("/api/v1/cases/{case_no}", 200, "a-1"),
        ("/api/v1/otp", 202, "a-2"),
    ]


async def test_the_last_requests_before_a_stop_are_written_down(server: Town) -> None:
    out = io.StringIO()
    log = AccessLog(out, every=60)
    runner = web.AppRunner(make_app(server.services, log))
    await runner.setup()
    log.add("GET", "/healthz", 200, 0.001, "a-3")
    await runner.cleanup()
    assert json.loads(out.getvalue())["id"] == "a-3"
