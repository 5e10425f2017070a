"""What texts may be made of, as the contracts have it."""

# PostgreSQL stores no NUL. Spaces, controls, what takes no place, marks with nothing to stand on and letters that are blank
# are as good as nothing: spelt out, for the classes \pZ and \pC of the contracts are not known to every reader of a schema.
NO_NUL = r"^[^\u0000]*$"
INVISIBLE = (
    r"\s\u0000-\u001f\u007f-\u00a0\u00ad\u0300-\u036f\u0483-\u0489\u0600-\u0605\u061c\u06dd\u070f\u0890-\u0891\u08e2"
    r"\u115f-\u1160\u17b4-\u17b5\u180b-\u180f\u1ab0-\u1aff\u1dc0-\u1dff\u200b-\u200f\u2028-\u202f\u2060-\u206f\u20d0-\u20ff"
    r"\u2800\u302a-\u302f\u3099-\u309a\u3164\ue000-\uf8ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff\uffa0\ufff9-\ufffc"
)
NOT_BLANK = rf"^[^\u0000]*[^{INVISIBLE}][^\u0000]*$"
PERSON_NAME = r"^\p{L}[\p{L}\p{M}\p{N}·•.（）() '-]*$"
