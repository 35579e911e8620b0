"""Add the thesaurus and the official code lists.

A search finds an entry by what it is called in another language. Synonyms of technology
terms do not reach far enough for that: most words of a query (heat, access, reduction)
name no technology. So concepts with labels in three languages get tables of their own,
with links among each other, and so do code lists that an authority has translated.

There was no thesaurus before this revision; the seeds fill the tables, nothing is carried
over. The link to the other concept is checked at the commit only, because two concepts
may name each other and one of them has to be written first.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "official_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("review", sa.String(40), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_official_label")),
        sa.UniqueConstraint("list_code", "code", name=op.f("uq_official_label_list_code_code")),
    )
    op.create_table(
        "concept",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("term_code", sa.Text(), nullable=True),
        sa.Column("review", sa.String(40), nullable=False),
        sa.Column("provenance", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["term_code"], ["term.code"], name=op.f("fk_concept_term_code")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_concept")),
    )
    op.create_index(op.f("ix_concept_term_code"), "concept", ["term_code"], unique=False)
    op.create_table(
        "concept_label",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("concept_code", sa.Text(), nullable=False),
        sa.Column("locale", sa.String(40), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["concept_code"], ["concept.code"], name=op.f("fk_concept_label_concept_code")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_concept_label")),
        sa.UniqueConstraint(
            "concept_code", "locale", "label", name=op.f("uq_concept_label_concept_code_locale_label")
        ),
    )
    op.create_index(op.f("ix_concept_label_concept_code"), "concept_label", ["concept_code"], unique=False)
    op.create_table(
        "concept_link",
        sa.Column("concept_code", sa.Text(), nullable=False),
        sa.Column("other_code", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(
            ["concept_code"], ["concept.code"], name=op.f("fk_concept_link_concept_code")
        ),
        sa.ForeignKeyConstraint(
            ["other_code"],
            ["concept.code"],
            name=op.f("fk_concept_link_other_code"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("concept_code", "other_code", "kind", name=op.f("pk_concept_link")),
    )
    op.create_index(op.f("ix_concept_link_other_code"), "concept_link", ["other_code"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_concept_link_other_code"), table_name="concept_link")
    op.drop_table("concept_link")
    op.drop_index(op.f("ix_concept_label_concept_code"), table_name="concept_label")
    op.drop_table("concept_label")
    op.drop_index(op.f("ix_concept_term_code"), table_name="concept")
    op.drop_table("concept")
    op.drop_table("official_label")
