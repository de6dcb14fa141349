import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0005_shop_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="Posted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("size", models.PositiveIntegerField()),
                ("sealed", models.TextField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "connection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="posted", to="store.connection"
                    ),
                ),
            ],
        ),
    ]
