"""Names for JSON values, so that a stored object is never typed as Any."""

JSONValue = None | bool | int | float | str | list["JSONValue"] | dict[str, "JSONValue"]
JSONObject = dict[str, JSONValue]
