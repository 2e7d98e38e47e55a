"""What is called from outside, and in demo and test what stands in for the outside."""

from __future__ import annotations

from server.edges.hooks import dev_outbox, mail_api, sms_api, wechat_api

operations = [sms_api.operations, mail_api.operations, wechat_api.operations]
"""Providers call these in every profile; what is not connected is not found."""
demo_operations = [dev_outbox.operations]
"""Registered only in the demo and test profiles."""

__all__ = ["demo_operations", "operations"]
