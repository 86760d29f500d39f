import dataclasses
import json
import sys

sys.path.insert(0, sys.argv[1])
from licensing import Licensing  # noqa: E402

NAMES = {
    "offlineFile": "offline_file",
    "useOfflineFile": "use_offline_file",
    "deviceName": "device_name",
    "numeric_version": "numericVersion",
    "retry_after": "retryAfter",
}

for line in sys.stdin:
    step = json.loads(line)
    licensing = Licensing(
        api_key=step["apiKey"],
        server=step["server"],
        folder=step["store"],
        device=step["device"],
        bind_to_machine=step["isBound"],
        machine=step["machine"],
        now=lambda: step["now"],
        deadline=step["deadlineMs"] / 1000,
        pause=0,
    )
    value = getattr(licensing, NAMES.get(step["do"], step["do"]))(*step["args"])
    if dataclasses.is_dataclass(value):
        value = {NAMES.get(name, name): each for name, each in dataclasses.asdict(value).items()}
    print(json.dumps({"id": step["id"], "value": value}), flush=True)
