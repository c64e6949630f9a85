from django.db import migrations

# Rows come and go here at the rate of orders: a fifth of the table (the default) would be too late.
EARLY = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = {}, autovacuum_vacuum_cost_delay = 0"
TABLES = {
    "messaging_pendingdelivery": EARLY.format(1000),
    "messaging_inboxmessage": EARLY.format(5000),
    "messaging_outboxmessage": EARLY.format(5000),
    "messaging_delivery": EARLY.format(5000),
}
NAMES = "autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay"


class Migration(migrations.Migration):
    dependencies = [("messaging", "0002_redrive")]

    operations = [
        migrations.RunSQL(f"ALTER TABLE {table} SET ({settings})", f"ALTER TABLE {table} RESET ({NAMES})")
        for table, settings in TABLES.items()
    ]
