from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Cast, Right


class Migration(migrations.Migration):
    """Staff find an order by the number that its shopper sees. Concurrently: orders are placed meanwhile."""

    atomic = False
    dependencies = [("orders", "0004_audit")]

    operations = [
        AddIndexConcurrently(
            "order", models.Index(Right(Cast("id", models.CharField()), 6), name="order_by_number")
        ),
    ]
