"""web/openapi.json, from which the types of the web UI are made, says what the routes say. UPDATE_GOLDEN=1 writes it."""
import json
import os
import unittest
from pathlib import Path
from typing import Any

from api_fixture import ApiTest

FILE = Path(__file__).resolve().parents[2] / "web" / "openapi.json"


def text_of(file: dict[str, Any]) -> str:
    """One line for each path and each schema, so that changes of two people seldom meet in one line."""
    def block(members: dict[str, Any]) -> str:
        return ",\n".join(f"{json.dumps(name)}: {json.dumps(value, sort_keys=True)}" for name, value in sorted(members.items()))

    return ('{"openapi": "3.1.0",\n"paths": {\n' + block(file["paths"]) + '\n},\n"components": {"schemas": {\n'
            + block(file["components"]["schemas"]) + "\n}}}\n")


class OpenapiFile(ApiTest):
    def test_the_file_of_the_web_ui_is_the_one_that_is_served(self) -> None:
        served = text_of(self.admin.get("/api/openapi.json"))
        if os.environ.get("UPDATE_GOLDEN") == "1":
            FILE.write_text(served)
        self.assertEqual(FILE.read_text().split("\n"), served.split("\n"),
                         "write it anew: UPDATE_GOLDEN=1 ctest --test-dir build/release -R openapi_file")


if __name__ == "__main__":
    unittest.main()
