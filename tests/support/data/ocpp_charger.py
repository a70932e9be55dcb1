"""A charger of the PyPI package `ocpp`, for ocpp_python_test.ts.

Usage: ocpp_charger.py WS_URL HTTP_URL. Each step that was done is printed as a line of JSON.
"""

import asyncio
import json
import sys
import urllib.request
from datetime import datetime, timezone

import websockets
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call, call_result

POINT = "PY-01"
STEP_SECONDS = 15


def say(step, **fields):
    print(json.dumps({"step": step, **fields}), flush=True)


def now():
    return datetime.now(timezone.utc).isoformat()


class Charger(ChargePoint):
    """What the node asks is put into queues; the steps below wait for it."""

    def __init__(self, *args):
        super().__init__(*args)
        self.asked = {}

    def queue(self, name):
        return self.asked.setdefault(name, asyncio.Queue())

    async def wait(self, name):
        return await asyncio.wait_for(self.queue(name).get(), STEP_SECONDS)

    @on("RemoteStartTransaction")
    def on_remote_start(self, **fields):
        self.queue("RemoteStartTransaction").put_nowait(fields)
        return call_result.RemoteStartTransaction(status="Accepted")

    @on("RemoteStopTransaction")
    def on_remote_stop(self, **fields):
        self.queue("RemoteStopTransaction").put_nowait(fields)
        return call_result.RemoteStopTransaction(status="Accepted")

    @on("Reset")
    def on_reset(self, **fields):
        self.queue("Reset").put_nowait(fields)
        return call_result.Reset(status="Accepted")

    @on("ChangeConfiguration")
    def on_change_configuration(self, **fields):
        self.queue("ChangeConfiguration").put_nowait(fields)
        return call_result.ChangeConfiguration(status="Accepted")


def post(url, body):
    request = urllib.request.Request(
        url,
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=STEP_SECONDS) as answer:
        return json.load(answer)


async def asked_over_http(url, body):
    return await asyncio.to_thread(post, url, body)


async def charge(charger, tag, meter_start, meter_stop):
    started = await charger.call(
        call.StartTransaction(
            connector_id=1, id_tag=tag, meter_start=meter_start, timestamp=now()
        )
    )
    say(
        "start",
        status=started.id_tag_info["status"],
        transaction=started.transaction_id,
    )
    await charger.call(
        call.StatusNotification(connector_id=1, error_code="NoError", status="Charging")
    )
    middle = (meter_start + meter_stop) // 2
    await charger.call(
        call.MeterValues(
            connector_id=1,
            transaction_id=started.transaction_id,
            meter_value=[
                {"timestamp": now(), "sampled_value": [{"value": str(middle)}]}
            ],
        )
    )
    return started.transaction_id


async def stop(charger, transaction, meter_stop, reason):
    await charger.call(
        call.StopTransaction(
            transaction_id=transaction,
            meter_stop=meter_stop,
            timestamp=now(),
            reason=reason,
        )
    )
    await charger.call(
        call.StatusNotification(connector_id=1, error_code="NoError", status="Available")
    )


async def steps(charger, http):
    boot = await charger.call(
        call.BootNotification(charge_point_model="Snake", charge_point_vendor="Python")
    )
    say("boot", status=boot.status, interval=boot.interval)
    await charger.call(call.Heartbeat())
    for connector in (0, 1):
        await charger.call(
            call.StatusNotification(
                connector_id=connector, error_code="NoError", status="Available"
            )
        )
    authorized = await charger.call(call.Authorize(id_tag="417"))
    say("authorize", status=authorized.id_tag_info["status"])

    transaction = await charge(charger, "417", 1000, 4000)
    await stop(charger, transaction, 4000, "Local")
    say("stop", transaction=transaction)

    request = asyncio.create_task(
        asked_over_http(
            http + "/v1/charging-requests", {"driver": "418", "point": POINT}
        )
    )
    word = await charger.wait("RemoteStartTransaction")
    say("remote start", tag=word["id_tag"])
    await request
    transaction = await charge(charger, word["id_tag"], 4000, 4500)
    ending = asyncio.create_task(
        asked_over_http(
            http + f"/v1/charging-points/{POINT}/commands", {"command": "end"}
        )
    )
    word = await charger.wait("RemoteStopTransaction")
    say("remote stop", transaction=word["transaction_id"])
    await stop(charger, word["transaction_id"], 4500, "Remote")
    await ending

    commands = http + f"/v1/charging-points/{POINT}/commands"
    reset = {"command": "Reset", "args": {"type": "Soft"}}
    asking = asyncio.create_task(asked_over_http(commands, reset))
    say("reset", type=(await charger.wait("Reset"))["type"])
    await asking
    args = {"key": "HeartbeatInterval", "value": "60"}
    change = {"command": "ChangeConfiguration", "args": args}
    asking = asyncio.create_task(asked_over_http(commands, change))
    say("configure", key=(await charger.wait("ChangeConfiguration"))["key"])
    await asking


async def main(url, http):
    async with websockets.connect(
        f"{url}/{POINT}", subprotocols=["ocpp1.6"]
    ) as connection:
        charger = Charger(POINT, connection)
        reading = asyncio.create_task(charger.start())
        try:
            await steps(charger, http)
        finally:
            reading.cancel()


asyncio.run(main(sys.argv[1], sys.argv[2]))
