"""Indexes and checks of the first schema, as they were then."""

from __future__ import annotations

from tortoise.migrations import operations as ops

from config.floor import migration
from config.floor.schema import Check, Index, making, undoing

RULES = (
    Index("audit_entries_by_time", "audit_entries", "portal, id"),
    Index("audit_entries_by_resident", "audit_entries", "portal, resident_id, id", where="resident_id IS NOT NULL"),
    Index("audit_entries_by_subject", "audit_entries", "portal, subject, id"),
    Index("residents_phone", "residents", "portal, phone_index", unique=True, where="phone_index IS NOT NULL"),
    Index(
        "residents_id_number", "residents", "portal, id_number_index", unique=True, where="id_number_index IS NOT NULL"
    ),
    Index("residents_region", "residents", "portal, region, id"),
    Check("residents_loa", "residents", "{row}loa BETWEEN 2 AND 5"),
    Check("residents_proven", "residents", "({row}loa < 3) OR ({row}id_number_sealed IS NOT NULL)"),
    Index("sessions_token", "sessions", "token_hash", unique=True),
    Index("sessions_of_subject", "sessions", "subject, kind", where="ended_at IS NULL"),
    Index("sessions_over", "sessions", "expires_at"),
    Index("otps_over", "otps", "expires_at"),
    Check("sessions_kind", "sessions", "{row}kind IN ('resident', 'console', 'counter')"),
    Index("otps_latest", "otps", "portal, phone_index, created_at"),
    Index("budgets_window", "budgets", 'portal, name, key, "window"', unique=True),
    Index("budgets_over", "budgets", "expires_at"),
    Index("staff_number", "staff", "portal, staff_no", unique=True),
    Index("terminals_of_staff", "terminals", "staff_id", unique=True, where="withdrawn_at IS NULL"),
    Index("catalogue_items_alias", "catalogue_items", "portal, alias", unique=True),
    Index("catalogue_items_theme", "catalogue_items", "portal, region, theme"),
    Index("catalogue_items_department", "catalogue_items", "portal, department"),
    Check("catalogue_items_source", "catalogue_items", "{row}source IN ('guide','import')"),
    Check(
        "catalogue_items_guide",
        "catalogue_items",
        "({row}source = 'guide' AND {row}guide IS NOT NULL AND {row}version > 0) OR ({row}source = 'import' AND {row}guide IS NULL AND {row}version = 0)",
    ),
    Index("cases_of_resident", "cases", "portal, resident_id, id"),
    Index(
        "cases_queue",
        "cases",
        "portal, department, due_on, id",
        where="status IN ('submitted','received','correction','accepted','in_progress','suspended','proposed','concluded')",
    ),
    Index(
        "cases_handler",
        "cases",
        "portal, handler_id, due_on, id",
        where="status IN ('submitted','received','correction','accepted','in_progress','suspended','proposed','concluded')",
    ),
    Index("cases_of_item", "cases", "portal, item_code, status"),
    Index("cases_correction_due", "cases", "portal, corrections_due", where="status = 'correction'"),
    Index("case_documents_of_case", "case_documents", "case_id"),
    Index("case_corrections_of_case", "case_corrections", "case_id, resolved_at"),
    Index("case_materials_of_case", "case_materials", "case_id"),
    Check(
        "case_status_known",
        "cases",
        "{row}status IN ('draft','submitted','received','correction','accepted','in_progress','suspended','proposed','concluded','delivered','not_accepted','returned','withdrawn')",
    ),
    Check("case_version_grows", "cases", "{row}version >= 1"),
    Check("case_outcome_known", "cases", "{row}outcome IS NULL OR {row}outcome IN ('grant','refuse')"),
    Check(
        "case_conclusion_has_outcome",
        "cases",
        "{row}status NOT IN ('concluded','delivered') OR {row}outcome IS NOT NULL",
    ),
    Check("case_suspended_after_acceptance", "cases", "{row}status <> 'suspended' OR {row}accepted_on IS NOT NULL"),
    Check("case_one_correction", "cases", "{row}corrections_requested BETWEEN 0 AND 1"),
    Check("case_review_grade", "case_reviews", "{row}grade BETWEEN 1 AND 5"),
    Check("case_document_number_positive", "case_document_numbers", "{row}number >= 1"),
    Index(
        "material_files_waiting",
        "material_files",
        "portal, resident_id, created_at",
        where="state IN ('uploading','pending','dropped')",
    ),
    Index("material_files_sweep", "material_files", "created_at", where="state IN ('uploading','pending','dropped')"),
    Index("material_files_of_case", "material_files", "case_id", where="case_id IS NOT NULL"),
    Check("material_file_state", "material_files", "{row}state IN ('uploading','pending','stored','dropped')"),
    Check("material_file_stored_with_case", "material_files", "({row}state = 'stored') = ({row}case_id IS NOT NULL)"),
    Check("material_file_size", "material_files", "{row}size > 0"),
    Index("visits_by_terminal", "visits", "terminal_id, at"),
    Index("visits_by_resident", "visits", "portal, resident_id, id", where="resident_id IS NOT NULL"),
    Index("visits_by_acting", "visits", "portal, acting_id, id", where="acting_id IS NOT NULL"),
    Check("visits_consent_known", "visits", "{row}consent_state IN ('none','pending','allowed','refused','expired')"),
    Check("visits_accepted_known", "visits", "{row}outcome <> 'accepted' OR {row}resident_id IS NOT NULL"),
    Index("replays_key", "replays", "portal, caller, operation, key", unique=True),
    Index("replays_age", "replays", "created_at"),
)


class Migration(migration.Migration):
    """Makes the rules that the ORM would drop in silence."""

    dependencies = [("domain", "0001_initial")]
    operations = [ops.RunPython(making(RULES), undoing(RULES))]
