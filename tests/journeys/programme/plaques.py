"""Plaques: who has them made, handed over, ended and drawn; a code that leads nowhere is nobody's."""

from tests.journeys.asking import STALE, STALE_RPC, Door, about, fixed, on

NOT_FOUND = {"plaque": "PLAQUE_NOT_FOUND"}
PLAQUE, OF_YEAR = "/api/v1/plaques/{plaque_id}", "/api/v1/cohorts/{year}/plaques"
CODE = "A" * 22
DOORS = {
    f"POST {OF_YEAR}": Door(("409 PLAQUE_YEAR_NOT_PUBLISHED",)),
    f"GET {OF_YEAR}.pdf": Door(("404 PLAQUES_NONE",)),
    f"GET {OF_YEAR}.zip": Door(("404 PLAQUES_NONE",)),
    f"POST {PLAQUE}/issue": Door(STALE),
    f"POST {PLAQUE}/return": Door(STALE, fixed(reason="示例")),
    f"POST {PLAQUE}/loss": Door(STALE, fixed(reason="示例")),
    f"POST {PLAQUE}/reissue": Door(STALE),
    "GET /api/v1/plaque-verifications/{token}": Door(("404 PLAQUE_NOT_FOUND",)),
    "GET /v/{token}": Door(("404 ",)),
}
CALLS = {
    "MakePlaques": Door(("FAILED_PRECONDITION PLAQUE_YEAR_NOT_PUBLISHED",), fixed(year=2031)),
    "GetPlaque": Door(("OK",), about("plaque_id")),
    "IssuePlaque": Door(STALE_RPC, on("plaque_id")),
    "ReturnPlaque": Door(STALE_RPC, on("plaque_id", reason="示例")),
    "LosePlaque": Door(STALE_RPC, on("plaque_id", reason="示例")),
    "ReissuePlaque": Door(STALE_RPC, on("plaque_id")),
    "DrawPlaque": Door(("OK",), about("plaque_id")),
    "DrawPlaques": Door(("NOT_FOUND PLAQUES_NONE",), fixed(year=2031)),
    "ListPlaqueFiles": Door(("NOT_FOUND PLAQUES_NONE",), fixed(year=2031)),
    "ExportPlaques": Door(("OK",), fixed(year=2031)),
    "VerifyPlaque": Door(("NOT_FOUND PLAQUE_NOT_FOUND",), fixed(token=CODE)),
}
