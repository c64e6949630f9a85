from django.db import migrations

# A row trigger for what names rows, a statement trigger for TRUNCATE, which fires no row trigger.
REFUSE = """
CREATE FUNCTION payments_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON payments_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION payments_refuse_change();
CREATE TRIGGER ledger_is_not_emptied BEFORE TRUNCATE ON payments_ledgerentry
    FOR EACH STATEMENT EXECUTE FUNCTION payments_refuse_change();
"""
ALLOW = """
DROP TRIGGER ledger_is_not_emptied ON payments_ledgerentry;
DROP TRIGGER ledger_is_append_only ON payments_ledgerentry;
DROP FUNCTION payments_refuse_change();
"""


class Migration(migrations.Migration):
    """Refuses to change or delete what the ledger says."""

    dependencies = [("payments", "0001_initial")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
