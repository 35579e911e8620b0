"""The same gates and criteria as one SQL statement, for SQLite and PostgreSQL.

It is what somebody would write who has flat tables and no columns in memory: gates first,
through an index; whatever depends on a limit alone is worked out once for each value that limits have,
not for each technology; sets compare through indexes. Rounding is NumPy's (half to
even), by adding and taking away a number so large that no fraction is left beside it.
"""

# ruff: noqa: S608 - put together of constants only.

import re

#: Conditions of a site by the column that holds the limit, with the degree of a value at a place.
_LIMITS = {
    "cold": "GREATEST(0.0, LEAST(1.0, 1 - (v.value - p.there) / :cold_slack))",
    "survives": "CASE WHEN p.normal = 1"
    " THEN GREATEST(0.0, LEAST(1.0, 1 - (v.value - p.there) / :record_slack))"
    " WHEN v.value <= p.there THEN 1.0 ELSE 0.0 END",
    "heat": "GREATEST(0.0, LEAST(1.0, 1 - (p.there - v.value) / :heat_slack))",
    "altitude": "CASE WHEN v.value >= p.there THEN 1.0 ELSE 0.0 END",
    "seismic": "CASE WHEN v.value >= p.there THEN 1.0 ELSE 0.0 END",
}
_CLASSES = ("dust", "water", "wind", "solar")
#: All conditions, in the order in which their degrees are added up.
CONDITIONS = ("cold", "survives", "heat", "altitude", "dust", "water", "wind", "solar", "seismic")
#: The criteria in the order in which they are weighed.
CRITERIA = (
    "function",
    "site",
    "proof",
    "cost",
    "effect",
    "scale",
    "service",
    "readiness",
    "transfer",
    "conformity",
)
#: Beyond it a float has no fraction.
_WHOLE = "6755399441055744.0"


def _rounded(value: str, digits: int) -> str:
    scale = f"1e{digits}"
    return f"((({value}) * {scale} + {_WHOLE}) - {_WHOLE}) / {scale}"


def _limit(name: str, degree: str) -> str:
    return f"""{name}_at AS MATERIALIZED (
  SELECT v.value, SUM(p.count * ({degree})) / SUM(p.count) AS degree
  FROM limit_value v JOIN place p ON p.condition = '{name}' WHERE v.condition = '{name}' GROUP BY v.value)"""


def _classed(name: str) -> str:
    return f"""{name}_at AS MATERIALIZED (
  SELECT w.taken AS value, SUM(w.degree * p.count) / SUM(p.count) AS degree
  FROM place p JOIN worth w ON w.condition = '{name}' AND w.there = p.there
  WHERE p.condition = '{name}' GROUP BY w.taken)"""


_SITE = f"""CASE WHEN {" AND ".join(f"{x}_at.degree IS NULL" for x in CONDITIONS)} THEN NULL ELSE
    (({" + ".join(f"COALESCE({x}_at.degree, 0.0)" for x in CONDITIONS)})
     / ({" + ".join(f"CASE WHEN {x}_at.degree IS NULL THEN 0.0 ELSE 1.0 END" for x in CONDITIONS)})
     + LEAST({", ".join(f"COALESCE({x}_at.degree, 9.0)" for x in CONDITIONS)})) / 2 END"""

_FUNCTION = """CASE WHEN :wishes = 1 AND t.has_term = 1 THEN GREATEST(
      COALESCE((SELECT MAX(n.fit * tt.weight) FROM tech_term tt JOIN need_term n ON n.term = tt.term
                WHERE tt.tech = t.id), 0.0),
      CASE WHEN s.shared = 1 THEN :sector ELSE 0.0 END)
    WHEN s.shared = 1 THEN :sector ELSE NULL END"""

_WITH_TEXT = "CASE WHEN near IS NULL THEN fit ELSE (1 - :text_share) * fit + :text_share * near END"

_COST = """CASE WHEN t.cost_measure = :cost_measure AND b.amount IS NOT NULL THEN
      t.cost_low * :few + CASE WHEN :years > 0 AND t.running_measure = :cost_measure
        AND t.running_currency = t.cost_currency THEN t.running_low * :few * :years ELSE 0.0 END END AS low,
    CASE WHEN t.cost_measure = :cost_measure AND b.amount IS NOT NULL THEN
      t.cost_high * :many + CASE WHEN :years > 0 AND t.running_measure = :cost_measure
        AND t.running_currency = t.cost_currency THEN t.running_high * :many * :years
        ELSE 0.0 END END AS high,
    b.amount AS budget"""

_WITHIN = """CASE WHEN low IS NULL THEN NULL WHEN high <= budget THEN 1.0
    WHEN low <= budget THEN :reach + (1 - :reach) * (budget - low) / (high - low)
    WHEN budget > 0 THEN :reach * GREATEST(0.0, (:far - low / budget) / (:far - 1)) ELSE 0.0 END"""

_SCALE = f"""CASE WHEN t.size_measure IS NULL OR t.size_measure <> :size_measure THEN NULL
    WHEN t.size_low > :many_within THEN 0.0
    WHEN t.size_high IS NULL OR t.size_high >= :few_within THEN 1.0
    WHEN t.size_high <= 0 THEN :more
    WHEN {_rounded(":few / t.size_high", 6)} <= :one_project THEN :project
    WHEN {_rounded(":few / t.size_high", 6)} <= :one_programme THEN :programme ELSE :more END"""

_SERVICE = """CASE WHEN :countries = 0 THEN NULL ELSE
      (SELECT COUNT(*) FROM need_country c JOIN tech_service x ON x.country = c.country AND x.tech = t.id)
      END AS here,
    CASE WHEN t.trained = 0 OR :spoken = 0 THEN NULL WHEN EXISTS (SELECT 1 FROM need_language l
      JOIN tech_language x ON x.language = l.language AND x.tech = t.id) THEN :in_spoken ELSE :in_foreign
      END AS trains"""

_READINESS = """CASE WHEN t.trl IS NULL THEN NULL ELSE LEAST(1.0, t.trl / :proven) END AS mature,
    CASE WHEN :months IS NULL OR t.led = 0 THEN NULL WHEN t.slow <= :months THEN 1.0
      WHEN t.fast <= :months THEN :only_fast ELSE 0.0 END AS timely"""

_CONFORMITY = """CASE WHEN t.certified = 0 THEN NULL ELSE
      (SELECT SUM(x.degree) FROM need_country c
        JOIN tech_conformity x ON x.country = c.country AND x.tech = t.id)
      END AS demanded,
    CASE WHEN t.certified = 0 THEN NULL ELSE
      (SELECT COUNT(*) FROM need_country c
        JOIN tech_conformity x ON x.country = c.country AND x.tech = t.id)
      END AS demands,
    CASE WHEN t.certified = 0 OR :standards = 0 THEN NULL ELSE
      (SELECT COUNT(*) FROM need_standard n JOIN tech_standard x ON x.standard = n.standard AND x.tech = t.id)
      END AS met"""

_TABLES = ",\n".join([*(_limit(*x) for x in _LIMITS.items()), *map(_classed, _CLASSES)])
_JOINS = "\n".join(f"  LEFT JOIN {x}_at ON {x}_at.value = t.{x}" for x in CONDITIONS)

_STATEMENT = f"""WITH {_TABLES},
delivering AS MATERIALIZED (
  SELECT x.tech AS id, MAX(n.is_sector) AS shared
  FROM need_branch n JOIN tech_branch x ON x.branch = n.branch GROUP BY x.tech),
compared AS MATERIALIZED (
  SELECT t.id, t.running, {_FUNCTION} AS fit,
    CASE WHEN :texts = 1 AND (:terms = 0 OR t.named = 0) THEN COALESCE(near.near, 0.0) END AS near,
    {_SITE} AS site,
    (SELECT MAX(x.degree) FROM need_climate c
      JOIN tech_proof x ON x.climate = c.climate AND x.tech = t.id) AS proof,
    {_COST},
    CASE :objective WHEN 0 THEN t.effect_0 WHEN 1 THEN t.effect_1 ELSE t.effect_2 END AS effect,
    {_SCALE} AS scale,
    {_SERVICE}, t.serves, t.in_region,
    {_READINESS},
    CASE WHEN :modes = 0 OR t.has_mode = 0 THEN NULL WHEN EXISTS (SELECT 1 FROM need_mode m
      JOIN tech_mode x ON x.mode = m.mode AND x.tech = t.id) THEN 1.0 ELSE 0.0 END AS transfer,
    {_CONFORMITY}
  FROM delivering s JOIN tech t ON t.id = s.id
{_JOINS}
  LEFT JOIN near ON near.tech = t.id
  LEFT JOIN budget b ON b.currency = t.cost_currency
  WHERE (t.trl IS NULL OR t.trl >= :trl_floor) AND COALESCE(survives_at.degree, 1.0) > 0
    AND COALESCE(altitude_at.degree, 1.0) > 0 AND COALESCE(seismic_at.degree, 1.0) > 0 AND t.withdrawn = 0
    AND (t.holds_substance = 0 OR :countries = 0 OR :countries > (SELECT COUNT(DISTINCT p.country)
      FROM tech_contains x JOIN prohibition p ON p.substance = x.substance
      JOIN need_country c ON c.country = p.country WHERE x.tech = t.id))),
placed AS (
  SELECT *, CASE WHEN here > 0 THEN :in_reach + :span * here / :countries
      WHEN in_region = 1 THEN :in_reach ELSE :elsewhere END AS by_place
  FROM compared),
judged AS MATERIALIZED (
  SELECT id, running,
    {
    _rounded("CASE WHEN near IS NULL THEN fit ELSE (1 - :text_share) * fit + :text_share * near END", 4)
} AS function,
    {_rounded("site", 4)} AS site,
    {_rounded("proof", 4)} AS proof,
    {_rounded(_WITHIN, 4)} AS cost,
    {_rounded("effect", 4)} AS effect,
    scale,
    {
    _rounded(
        "CASE WHEN here IS NULL THEN NULL WHEN serves = 1 AND trains IS NOT NULL THEN (by_place + trains) / 2"
        " WHEN serves = 1 THEN by_place ELSE trains * :training_only END",
        4,
    )
} AS service,
    {
    _rounded(
        "CASE WHEN mature IS NULL THEN timely WHEN timely IS NULL THEN mature ELSE (mature + timely) / 2 END",
        4,
    )
} AS readiness,
    transfer,
    {
    _rounded(
        "CASE WHEN demands IS NULL OR (demands = 0 AND met IS NULL) THEN NULL ELSE (COALESCE(demanded, 0.0)"
        " + CASE WHEN met IS NULL THEN 0.0 ELSE (met + :standard_open * (:standards - met)) / :standards END)"
        " / (demands + CASE WHEN met IS NULL THEN 0 ELSE 1 END) END",
        4,
    )
} AS conformity
  FROM placed)
SELECT id, {
    _rounded(
        "("
        + " + ".join(f":w_{x} * COALESCE({x}, :prior)" for x in CRITERIA)
        + ") / :whole * ((1 - :function_share) + :function_share * COALESCE(function, :prior))",
        6,
    )
} AS rank,
  {
    _rounded(
        "(" + " + ".join(f"CASE WHEN {x} IS NULL THEN 0.0 ELSE :w_{x} END" for x in CRITERIA) + ") / :whole",
        4,
    )
} AS known
FROM judged ORDER BY rank DESC, known DESC, running DESC, id LIMIT :limit"""

#: With two arguments or more these are what PostgreSQL calls GREATEST and LEAST.
SQLITE = re.sub(r"\bGREATEST\(", "MAX(", re.sub(r"\bLEAST\(", "MIN(", _STATEMENT))
#: Parameters are floats there; where nothing tells it their type it has to be said.
POSTGRESQL = re.sub(
    r":(?=[a-z])(\w+)", r"%(\1)s::float8", _STATEMENT.replace("LIMIT :limit", "LIMIT :limit_rows")
)
POSTGRESQL = POSTGRESQL.replace("%(limit_rows)s::float8", "%(limit)s")
