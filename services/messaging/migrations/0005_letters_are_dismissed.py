from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0004_refused_messages_are_kept_once")]

    operations = [
        # With a default of the database's: what runs before it is deployed writes no notes.
        migrations.AddField("redrive", "note", models.TextField(blank=True, db_default="", default="")),
        migrations.AlterField(
            "deadletter",
            "resolved_at",
            models.DateTimeField(help_text="Redriven or dismissed; open again where it dies again.", null=True),
        ),
    ]
