"""Add the pairs of words that are learnt from reviewed translations.

They are learnt from what the catalogue holds, so an old database starts without any:
``portal index learn`` fills the table, and every reviewed translation afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "learnt_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_locale", sa.String(40), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("source_word", sa.Text(), nullable=False),
        sa.Column("target_locale", sa.String(40), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.Column("target_word", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learnt_pair")),
        sa.UniqueConstraint(
            "source_locale",
            "source",
            "target_locale",
            "target",
            name=op.f("uq_learnt_pair_source_locale_source_target_locale_target"),
        ),
    )


def downgrade() -> None:
    op.drop_table("learnt_pair")
