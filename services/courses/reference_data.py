"""The four consultation groups of the notice, and zones (片区) as a beginning: the notice names none."""

# name, topics, units
GROUPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("第一组", "法治政策、公证、法律援助", ("committee", "justice")),
    ("第二组", "司法实践中常见涉法问题、企业运营法律风险", ("court", "procuratorate", "public_security")),
    ("第三组", "企业注册、登记、年审、用工、知识产权保护", ("market_reg", "hrss")),
    ("第四组", "消防、环保、应急、安全", ("emergency", "eco_env", "fire_rescue")),
)

# code, name, areas
ZONES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("west", "西部片区", ("310116101", "310116102", "310116105")),
    ("middle", "中部片区", ("310116103", "310116107", "310116104")),
    ("coast", "滨海片区", ("310116109", "310116113", "310116112", "310116001")),
    ("parks", "园区片区", ("310116503", "jinshan2")),
)
