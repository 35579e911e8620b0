"""First tables: taxonomy, reference, organisations, entries of four kinds, outbox.

There is nothing before this revision, so nothing has to be carried over.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "change",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("thing_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "country",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("iso3", sa.Text(), nullable=False),
        sa.Column("core", sa.Boolean(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("short_names", sa.JSON(), nullable=False),
        sa.Column("inflected", sa.JSON(), nullable=False),
        sa.Column("capital", sa.JSON(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False),
        sa.Column("tile", sa.JSON(), nullable=True),
        sa.Column("annex_i", sa.Boolean(), nullable=True),
        sa.Column("annex_i_note", sa.JSON(), nullable=False),
        sa.Column("handling_note", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_country")),
        sa.UniqueConstraint("iso3", name=op.f("uq_country_iso3")),
    )
    op.create_table(
        "installation",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_job_due_at"), "job", ["due_at"], unique=False)
    op.create_table(
        "lease",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_table(
        "reference_rate",
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("usd", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("currency", name=op.f("pk_reference_rate")),
    )
    op.create_table(
        "sector",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_sector")),
    )
    op.create_table(
        "seed_record",
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("seed_digest", sa.Text(), nullable=False),
        sa.Column("row_digest", sa.Text(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("collection", "key", name=op.f("pk_seed_record")),
    )
    op.create_table(
        "focal_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("organisation_key", sa.Text(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["country_code"], ["country.code"], name=op.f("fk_focal_point_country_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focal_point")),
    )
    op.create_index(op.f("ix_focal_point_country_code"), "focal_point", ["country_code"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("since", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["country_code"], ["country.code"], name=op.f("fk_membership_country_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_country_code"), "membership", ["country_code"], unique=False)
    op.create_table(
        "ndc_document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("file_type", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["country_code"], ["country.code"], name=op.f("fk_ndc_document_country_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ndc_document")),
        sa.UniqueConstraint("key", name=op.f("uq_ndc_document_key")),
    )
    op.create_index(op.f("ix_ndc_document_country_code"), "ndc_document", ["country_code"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=True),
        sa.Column("region", sa.Text(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("acronyms", sa.JSON(), nullable=False),
        sa.Column("aliases", sa.JSON(), nullable=False),
        sa.Column("summaries", sa.JSON(), nullable=False),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["country_code"], ["country.code"], name=op.f("fk_organisation_country_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("key", name=op.f("uq_organisation_key")),
    )
    op.create_index(op.f("ix_organisation_country_code"), "organisation", ["country_code"], unique=False)
    op.create_table(
        "region",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["country_code"], ["country.code"], name=op.f("fk_region_country_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_region")),
    )
    op.create_index(op.f("ix_region_country_code"), "region", ["country_code"], unique=False)
    op.create_table(
        "term",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("sector_code", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("definitions", sa.JSON(), nullable=False),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("crosswalk", sa.JSON(), nullable=False),
        sa.Column("adaptation", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["parent_code"], ["term.code"], name=op.f("fk_term_parent_code")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_term_sector_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_term")),
    )
    op.create_index(op.f("ix_term_parent_code"), "term", ["parent_code"], unique=False)
    op.create_index(op.f("ix_term_sector_code"), "term", ["sector_code"], unique=False)
    op.create_table(
        "entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(40), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("sdgs", sa.JSON(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_entry_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("kind", "key", name=op.f("uq_entry_kind_key")),
    )
    op.create_index(op.f("ix_entry_kind"), "entry", ["kind"], unique=False)
    op.create_index(op.f("ix_entry_organisation_id"), "entry", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_entry_published_at"), "entry", ["published_at"], unique=False)
    op.create_index(op.f("ix_entry_status"), "entry", ["status"], unique=False)
    op.create_table(
        "ndc_target",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("document_key", sa.Text(), nullable=True),
        sa.Column("document_title", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("base_year", sa.Integer(), nullable=True),
        sa.Column("target_year", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Integer(), nullable=True),
        sa.Column("period_end", sa.Integer(), nullable=True),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("value_max", sa.BigInteger(), nullable=True),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("of", sa.Text(), nullable=True),
        sa.Column("conditional", sa.Boolean(), nullable=True),
        sa.Column("lulucf", sa.Text(), nullable=True),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("replaces", sa.Text(), nullable=True),
        sa.Column("succeeds", sa.Text(), nullable=True),
        sa.Column("labels", sa.JSON(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("quote_language", sa.Text(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["country_code"], ["country.code"], name=op.f("fk_ndc_target_country_code")),
        sa.ForeignKeyConstraint(
            ["document_key"], ["ndc_document.key"], name=op.f("fk_ndc_target_document_key")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ndc_target")),
        sa.UniqueConstraint("key", name=op.f("uq_ndc_target_key")),
    )
    op.create_index(op.f("ix_ndc_target_country_code"), "ndc_target", ["country_code"], unique=False)
    op.create_table(
        "term_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("term_code", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["term_code"], ["term.code"], name=op.f("fk_term_label_term_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_label")),
        sa.UniqueConstraint(
            "term_code", "locale", "label", name=op.f("uq_term_label_term_code_locale_label")
        ),
    )
    op.create_index(op.f("ix_term_label_term_code"), "term_label", ["term_code"], unique=False)
    op.create_table(
        "entry_country",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["country_code"], ["country.code"], name=op.f("fk_entry_country_country_code")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_country_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "country_code", name=op.f("pk_entry_country")),
    )
    op.create_index(
        "ix_entry_country_country_code", "entry_country", ["country_code", "entry_id"], unique=False
    )
    op.create_table(
        "entry_link",
        sa.Column("from_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.Column("relation", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["from_id"], ["entry.id"], name=op.f("fk_entry_link_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["entry.id"], name=op.f("fk_entry_link_to_id")),
        sa.PrimaryKeyConstraint("from_id", "to_id", "relation", name=op.f("pk_entry_link")),
    )
    op.create_index(op.f("ix_entry_link_to_id"), "entry_link", ["to_id"], unique=False)
    op.create_table(
        "entry_sector",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("sector_code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_sector_entry_id")),
        sa.ForeignKeyConstraint(["sector_code"], ["sector.code"], name=op.f("fk_entry_sector_sector_code")),
        sa.PrimaryKeyConstraint("entry_id", "sector_code", name=op.f("pk_entry_sector")),
    )
    op.create_index("ix_entry_sector_sector_code", "entry_sector", ["sector_code", "entry_id"], unique=False)
    op.create_table(
        "entry_term",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("term_code", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_term_entry_id")),
        sa.ForeignKeyConstraint(["term_code"], ["term.code"], name=op.f("fk_entry_term_term_code")),
        sa.PrimaryKeyConstraint("entry_id", "term_code", name=op.f("pk_entry_term")),
    )
    op.create_index("ix_entry_term_term_code", "entry_term", ["term_code", "entry_id"], unique=False)
    op.create_table(
        "entry_text",
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("locale", sa.String(40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("origin", sa.String(40), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_text_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "locale", name=op.f("pk_entry_text")),
    )
    op.create_table(
        "entry_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("author_name", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_version_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_version")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_entry_version_entry_id_number")),
    )
    op.create_index(op.f("ix_entry_version_entry_id"), "entry_version", ["entry_id"], unique=False)
    op.create_table(
        "financing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=True),
        sa.Column("window", sa.Text(), nullable=True),
        sa.Column("availability", sa.Text(), nullable=False),
        sa.Column("instruments", sa.JSON(), nullable=False),
        sa.Column("tickets", sa.JSON(), nullable=False),
        sa.Column("project_size", sa.JSON(), nullable=True),
        sa.Column("applicants", sa.JSON(), nullable=False),
        sa.Column("beneficiaries", sa.JSON(), nullable=False),
        sa.Column("objectives", sa.JSON(), nullable=False),
        sa.Column("stages", sa.JSON(), nullable=False),
        sa.Column("exclusions", sa.JSON(), nullable=False),
        sa.Column("other_countries", sa.Text(), nullable=False),
        sa.Column("procurement", sa.JSON(), nullable=True),
        sa.Column("cofinancing_min_share", sa.BigInteger(), nullable=True),
        sa.Column("equity_min_share", sa.BigInteger(), nullable=True),
        sa.Column("max_share_of_cost", sa.BigInteger(), nullable=True),
        sa.Column("tenor_years", sa.JSON(), nullable=True),
        sa.Column("rate", sa.Text(), nullable=True),
        sa.Column("months_to_money", sa.JSON(), nullable=True),
        sa.Column("access_route", sa.Text(), nullable=True),
        sa.Column("access_entities", sa.JSON(), nullable=False),
        sa.Column("es_categories", sa.JSON(), nullable=False),
        sa.Column("es_standard", sa.Text(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_financing_id")),
        sa.ForeignKeyConstraint(["provider_id"], ["organisation.id"], name=op.f("fk_financing_provider_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_financing")),
    )
    op.create_index(op.f("ix_financing_provider_id"), "financing", ["provider_id"], unique=False)
    op.create_table(
        "need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_type", sa.Text(), nullable=False),
        sa.Column("extracted", sa.Boolean(), nullable=False),
        sa.Column("endorsement", sa.Text(), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("site", sa.JSON(), nullable=True),
        sa.Column("capacity", sa.JSON(), nullable=True),
        sa.Column("budget", sa.JSON(), nullable=True),
        sa.Column("trl_floor", sa.Integer(), nullable=True),
        sa.Column("transfer_modes", sa.JSON(), nullable=False),
        sa.Column("required_standards", sa.JSON(), nullable=False),
        sa.Column("finance_sought", sa.JSON(), nullable=False),
        sa.Column("revenue_class", sa.Text(), nullable=True),
        sa.Column("barriers", sa.JSON(), nullable=False),
        sa.Column("adopter", sa.Text(), nullable=True),
        sa.Column("decision_on", sa.Date(), nullable=True),
        sa.Column("commissioning_by", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
    )
    op.create_table(
        "project",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("is_programme", sa.Boolean(), nullable=False),
        sa.Column("place", sa.JSON(), nullable=True),
        sa.Column("capacity", sa.JSON(), nullable=True),
        sa.Column("cost", sa.JSON(), nullable=True),
        sa.Column("effect", sa.JSON(), nullable=True),
        sa.Column("beneficiaries_direct", sa.Integer(), nullable=True),
        sa.Column("beneficiaries_indirect", sa.Integer(), nullable=True),
        sa.Column("sponsor", sa.Text(), nullable=True),
        sa.Column("sponsor_type", sa.Text(), nullable=True),
        sa.Column("es_category", sa.Text(), nullable=True),
        sa.Column("es_standard", sa.Text(), nullable=True),
        sa.Column("carbon_market", sa.Text(), nullable=True),
        sa.Column("authorisation", sa.Text(), nullable=True),
        sa.Column("access_entity", sa.Text(), nullable=True),
        sa.Column("supply_origin", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project")),
    )
    op.create_table(
        "technology",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("reference", sa.Boolean(), nullable=False),
        sa.Column("trl", sa.Integer(), nullable=True),
        sa.Column("market_stage", sa.Text(), nullable=True),
        sa.Column("transfer_modes", sa.JSON(), nullable=False),
        sa.Column("ip_status", sa.Text(), nullable=True),
        sa.Column("capacity", sa.JSON(), nullable=True),
        sa.Column("unit_cost", sa.JSON(), nullable=True),
        sa.Column("running_cost", sa.JSON(), nullable=True),
        sa.Column("effect", sa.JSON(), nullable=True),
        sa.Column("lifetime_years", sa.JSON(), nullable=True),
        sa.Column("operating", sa.JSON(), nullable=True),
        sa.Column("survival", sa.JSON(), nullable=True),
        sa.Column("water_demand", sa.Text(), nullable=True),
        sa.Column("certificates", sa.JSON(), nullable=False),
        sa.Column("bat_refs", sa.JSON(), nullable=False),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("service_in", sa.JSON(), nullable=False),
        sa.Column("training_languages", sa.JSON(), nullable=False),
        sa.Column("lead_time_months", sa.JSON(), nullable=True),
        sa.CheckConstraint("trl BETWEEN 1 AND 9", name=op.f("ck_technology_trl_range")),
        sa.ForeignKeyConstraint(["id"], ["entry.id"], name=op.f("fk_technology_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_technology")),
    )
    op.create_table(
        "country_layer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("financing_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("member", sa.Boolean(), nullable=True),
        sa.Column("member_status", sa.Text(), nullable=True),
        sa.Column("operates", sa.Boolean(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("condition", sa.Text(), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["country_code"], ["country.code"], name=op.f("fk_country_layer_country_code")
        ),
        sa.ForeignKeyConstraint(
            ["financing_id"], ["financing.id"], name=op.f("fk_country_layer_financing_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_country_layer")),
    )
    op.create_index(op.f("ix_country_layer_country_code"), "country_layer", ["country_code"], unique=False)
    op.create_index(op.f("ix_country_layer_financing_id"), "country_layer", ["financing_id"], unique=False)
    op.create_table(
        "deployment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("technology_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country_code", sa.Text(), nullable=False),
        sa.Column("climate", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("capacity", sa.JSON(), nullable=True),
        sa.Column("project_key", sa.Text(), nullable=True),
        sa.Column("running", sa.Boolean(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("checked_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["country_code"], ["country.code"], name=op.f("fk_deployment_country_code")),
        sa.ForeignKeyConstraint(
            ["technology_id"], ["technology.id"], name=op.f("fk_deployment_technology_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deployment")),
    )
    op.create_index(op.f("ix_deployment_country_code"), "deployment", ["country_code"], unique=False)
    op.create_index(op.f("ix_deployment_technology_id"), "deployment", ["technology_id"], unique=False)
    op.create_table(
        "funding_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("financing_key", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_funding_line_organisation_id")
        ),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"], name=op.f("fk_funding_line_project_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_line")),
    )
    op.create_index(
        op.f("ix_funding_line_organisation_id"), "funding_line", ["organisation_id"], unique=False
    )
    op.create_index(op.f("ix_funding_line_project_id"), "funding_line", ["project_id"], unique=False)
    op.create_table(
        "need_basis",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("need_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_type", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("measure", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("quote_language", sa.Text(), nullable=True),
        sa.Column("conditional", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_basis_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_basis")),
    )
    op.create_index(op.f("ix_need_basis_need_id"), "need_basis", ["need_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_need_basis_need_id"), table_name="need_basis")
    op.drop_table("need_basis")
    op.drop_index(op.f("ix_funding_line_project_id"), table_name="funding_line")
    op.drop_index(op.f("ix_funding_line_organisation_id"), table_name="funding_line")
    op.drop_table("funding_line")
    op.drop_index(op.f("ix_deployment_technology_id"), table_name="deployment")
    op.drop_index(op.f("ix_deployment_country_code"), table_name="deployment")
    op.drop_table("deployment")
    op.drop_index(op.f("ix_country_layer_financing_id"), table_name="country_layer")
    op.drop_index(op.f("ix_country_layer_country_code"), table_name="country_layer")
    op.drop_table("country_layer")
    op.drop_table("technology")
    op.drop_table("project")
    op.drop_table("need")
    op.drop_index(op.f("ix_financing_provider_id"), table_name="financing")
    op.drop_table("financing")
    op.drop_index(op.f("ix_entry_version_entry_id"), table_name="entry_version")
    op.drop_table("entry_version")
    op.drop_table("entry_text")
    op.drop_index("ix_entry_term_term_code", table_name="entry_term")
    op.drop_table("entry_term")
    op.drop_index("ix_entry_sector_sector_code", table_name="entry_sector")
    op.drop_table("entry_sector")
    op.drop_index(op.f("ix_entry_link_to_id"), table_name="entry_link")
    op.drop_table("entry_link")
    op.drop_index("ix_entry_country_country_code", table_name="entry_country")
    op.drop_table("entry_country")
    op.drop_index(op.f("ix_term_label_term_code"), table_name="term_label")
    op.drop_table("term_label")
    op.drop_index(op.f("ix_ndc_target_country_code"), table_name="ndc_target")
    op.drop_table("ndc_target")
    op.drop_index(op.f("ix_entry_status"), table_name="entry")
    op.drop_index(op.f("ix_entry_published_at"), table_name="entry")
    op.drop_index(op.f("ix_entry_organisation_id"), table_name="entry")
    op.drop_index(op.f("ix_entry_kind"), table_name="entry")
    op.drop_table("entry")
    op.drop_index(op.f("ix_term_sector_code"), table_name="term")
    op.drop_index(op.f("ix_term_parent_code"), table_name="term")
    op.drop_table("term")
    op.drop_index(op.f("ix_region_country_code"), table_name="region")
    op.drop_table("region")
    op.drop_index(op.f("ix_organisation_country_code"), table_name="organisation")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_ndc_document_country_code"), table_name="ndc_document")
    op.drop_table("ndc_document")
    op.drop_index(op.f("ix_membership_country_code"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_focal_point_country_code"), table_name="focal_point")
    op.drop_table("focal_point")
    op.drop_table("seed_record")
    op.drop_table("sector")
    op.drop_table("reference_rate")
    op.drop_table("lease")
    op.drop_index(op.f("ix_job_due_at"), table_name="job")
    op.drop_table("job")
    op.drop_table("installation")
    op.drop_table("country")
    op.drop_table("change")
