"""Add what matching compares by beyond the first version, and where its own words are kept.

Regions get their climate normals, destinations what they ask of a technology and what
they forbid, money its price indices, applications their documents. Entries get the
fields that whole-life cost, revenue class, currency and final beneficiaries need; no old
row states any of them, so lists start empty and the rest unknown. (SQLite drops a default
only by making the table anew, so that of the lists stays; the models always state them.)
Weights, readers' opinions and the best matches start without rows: without rows the
published weights hold.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

EMPTY_LIST = sa.text("'[]'")


def upgrade() -> None:
    op.create_table(
        "conformity_step",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("applies_terms", sa.JSON(), nullable=False),
        sa.Column("applies_forms", sa.JSON(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("issuer", sa.JSON(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=True),
        sa.Column("met_by", sa.JSON(), nullable=False),
        sa.Column("eased_by", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_conformity_step")),
    )
    op.create_table(
        "criterion_weight",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mitigation", sa.Integer(), nullable=False),
        sa.Column("adaptation", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=True),
        sa.CheckConstraint("adaptation BETWEEN 0 AND 100", name=op.f("ck_criterion_weight_adaptation_range")),
        sa.CheckConstraint("mitigation BETWEEN 0 AND 100", name=op.f("ck_criterion_weight_mitigation_range")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_criterion_weight")),
    )
    op.create_table(
        "price_index",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_price_index")),
    )
    op.create_table(
        "prohibition",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("substance", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_prohibition")),
    )
    op.create_table(
        "readiness_document",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("issuer", sa.JSON(), nullable=False),
        sa.Column("issuer_by_country", sa.JSON(), nullable=False),
        sa.Column("months", sa.JSON(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_readiness_document")),
    )
    op.create_table(
        "climate_normals",
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("station", sa.JSON(), nullable=False),
        sa.Column("design_min_c", sa.BigInteger(), nullable=True),
        sa.Column("absolute_min_c", sa.BigInteger(), nullable=True),
        sa.Column("absolute_max_c", sa.BigInteger(), nullable=True),
        sa.Column("altitude_m", sa.Integer(), nullable=True),
        sa.Column("altitude_max_m", sa.Integer(), nullable=True),
        sa.Column("koppen", sa.JSON(), nullable=False),
        sa.Column("water", sa.Text(), nullable=True),
        sa.Column("dust", sa.Text(), nullable=True),
        sa.Column("wind", sa.Text(), nullable=True),
        sa.Column("solar", sa.Text(), nullable=True),
        sa.Column("seismic", sa.Integer(), nullable=True),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["region"], ["region.code"], name=op.f("fk_climate_normals_region")),
        sa.PrimaryKeyConstraint("region", name=op.f("pk_climate_normals")),
    )
    op.create_table(
        "best_match",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("technology_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("known", sa.Double(), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["entry.id"], name=op.f("fk_best_match_need_id")),
        sa.ForeignKeyConstraint(["technology_id"], ["entry.id"], name=op.f("fk_best_match_technology_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_best_match")),
        sa.UniqueConstraint("need_id", "place", name=op.f("uq_best_match_need_id_place")),
    )
    op.create_index(op.f("ix_best_match_need_id"), "best_match", ["need_id"], unique=False)
    op.create_index(op.f("ix_best_match_technology_id"), "best_match", ["technology_id"], unique=False)
    op.create_table(
        "match_feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("opinion", sa.String(40), nullable=False),
        sa.Column("criterion", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("locale", sa.String(40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_match_feedback_entry_id")),
        sa.ForeignKeyConstraint(["other_id"], ["entry.id"], name=op.f("fk_match_feedback_other_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_feedback")),
    )
    op.create_index(op.f("ix_match_feedback_created_at"), "match_feedback", ["created_at"], unique=False)
    op.create_index(op.f("ix_match_feedback_entry_id"), "match_feedback", ["entry_id"], unique=False)
    op.create_index(op.f("ix_match_feedback_other_id"), "match_feedback", ["other_id"], unique=False)
    op.add_column("financing", sa.Column("currencies", sa.JSON(), nullable=False, server_default=EMPTY_LIST))
    op.add_column("financing", sa.Column("guarantee", sa.Boolean(), nullable=True))
    op.add_column("financing", sa.Column("country_cap", sa.JSON(), nullable=True))
    op.add_column("financing", sa.Column("interest_rate", sa.BigInteger(), nullable=True))
    op.add_column("financing", sa.Column("dscr_min", sa.BigInteger(), nullable=True))
    op.add_column("need", sa.Column("budget_years", sa.Integer(), nullable=True))
    op.add_column("need", sa.Column("beneficiaries", sa.Integer(), nullable=True))
    op.add_column("need", sa.Column("tariff_currency", sa.Text(), nullable=True))
    op.add_column(
        "need", sa.Column("final_beneficiaries", sa.JSON(), nullable=False, server_default=EMPTY_LIST)
    )
    op.add_column(
        "project", sa.Column("final_beneficiaries", sa.JSON(), nullable=False, server_default=EMPTY_LIST)
    )
    op.add_column("project", sa.Column("revenue_class", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("tariff_currency", sa.Text(), nullable=True))
    op.add_column("project", sa.Column("cash_flow", sa.JSON(), nullable=True))
    op.add_column("technology", sa.Column("full_load_hours", sa.Integer(), nullable=True))
    op.add_column("technology", sa.Column("contains", sa.JSON(), nullable=False, server_default=EMPTY_LIST))


def downgrade() -> None:
    op.drop_column("technology", "contains")
    op.drop_column("technology", "full_load_hours")
    op.drop_column("project", "cash_flow")
    op.drop_column("project", "tariff_currency")
    op.drop_column("project", "revenue_class")
    op.drop_column("project", "final_beneficiaries")
    op.drop_column("need", "final_beneficiaries")
    op.drop_column("need", "tariff_currency")
    op.drop_column("need", "beneficiaries")
    op.drop_column("need", "budget_years")
    op.drop_column("financing", "dscr_min")
    op.drop_column("financing", "interest_rate")
    op.drop_column("financing", "country_cap")
    op.drop_column("financing", "guarantee")
    op.drop_column("financing", "currencies")
    op.drop_index(op.f("ix_match_feedback_other_id"), table_name="match_feedback")
    op.drop_index(op.f("ix_match_feedback_entry_id"), table_name="match_feedback")
    op.drop_index(op.f("ix_match_feedback_created_at"), table_name="match_feedback")
    op.drop_table("match_feedback")
    op.drop_index(op.f("ix_best_match_technology_id"), table_name="best_match")
    op.drop_index(op.f("ix_best_match_need_id"), table_name="best_match")
    op.drop_table("best_match")
    op.drop_table("climate_normals")
    op.drop_table("readiness_document")
    op.drop_table("prohibition")
    op.drop_table("price_index")
    op.drop_table("criterion_weight")
    op.drop_table("conformity_step")
