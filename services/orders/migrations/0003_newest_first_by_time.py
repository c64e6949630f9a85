from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Lists go by time, as an id may be made from a key. Concurrently: orders are placed meanwhile."""

    atomic = False
    dependencies = [("orders", "0002_alerted_at")]

    operations = [
        AddIndexConcurrently("order", models.Index(fields=["-created_at", "-id"], name="order_by_time")),
        AddIndexConcurrently("order", models.Index(fields=["user_id", "-created_at", "-id"], name="order_by_user_time")),
        AddIndexConcurrently(
            "order", models.Index(fields=["user_id", "status", "-created_at", "-id"], name="order_by_user_status_time")
        ),
        RemoveIndexConcurrently("order", "order_by_user"),
        RemoveIndexConcurrently("order", "order_by_user_status"),
    ]
