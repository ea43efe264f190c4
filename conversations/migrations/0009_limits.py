"""Policies, budgets and usage; what was used before is counted from the calls that are on record."""

from typing import Any

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.db.models.functions import TruncDate
from django.utils import timezone


def count_calls(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the rows of usage, and of what was spent this month, of all calls that told what they came to."""
    generations = apps.get_model("conversations", "Generation").objects.filter(finished_at__isnull=False)
    told = generations.filter(models.Q(usage_trusted=True) | models.Q(cost_usd__isnull=False))
    day = TruncDate("finished_at", tzinfo=timezone.get_default_timezone())
    trusted = models.Q(usage_trusted=True)
    sums = told.annotate(on=day, person=models.F("conversation__owner")).order_by().values("person", "on", "model_asked").annotate(
        calls=models.Count("pk"),
        read=models.Sum("prompt_tokens", filter=trusted, default=0),
        written=models.Sum("completion_tokens", filter=trusted, default=0),
        cached=models.Sum("cached_tokens", filter=trusted, default=0),
        usd=models.Sum("cost_usd"),
    )
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    month = today.replace(day=1)
    usage, spending = apps.get_model("conversations", "Usage"), apps.get_model("conversations", "Spending")
    rows: list[object] = []
    spent: dict[int, Any] = {}
    for it in sums.iterator():
        cost = round((it["usd"] or 0) * 100_000_000)
        rows.append(
            usage(
                person_id=it["person"],
                day=it["on"],
                model=it["model_asked"],
                calls=it["calls"],
                prompt_tokens=it["read"],
                completion_tokens=it["written"],
                cached_tokens=it["cached"],
                cost=cost,
            )
        )
        if it["on"] >= month:
            own = spent.setdefault(it["person"], spending(person_id=it["person"], day=today, month=month))
            own.month_tokens += it["read"] + it["written"]
            own.month_cost += cost
            if it["on"] == today:
                own.day_tokens += it["read"] + it["written"]
                own.day_cost += cost
    usage.objects.bulk_create(rows, batch_size=500)
    spending.objects.bulk_create(spent.values(), batch_size=500)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('conversations', '0008_lean'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='chatmodel',
            name='groups',
            field=models.ManyToManyField(blank=True, help_text='The groups whose people may use it; with none chosen everybody may.', related_name='chat_models', to='auth.group', verbose_name='only for'),
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('period', models.CharField(choices=[('day', 'Today'), ('month', 'This month')], default='month', max_length=5, verbose_name='for')),
                ('starts', models.DateField(editable=False, help_text='The day, or the first one of the month.', verbose_name='period')),
                ('tokens', models.PositiveBigIntegerField(default=0, verbose_name='tokens')),
                ('usd', models.DecimalField(decimal_places=2, default=0, max_digits=10, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars')),
                ('reason', models.CharField(max_length=300, verbose_name='why')),
                ('granted_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('granted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='granted by')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grants', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Reservation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.CharField(max_length=200)),
                ('prompt_tokens', models.BigIntegerField()),
                ('tokens', models.BigIntegerField(help_text='Question and answer.')),
                ('cost', models.BigIntegerField()),
                ('generation', models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reservation', to='conversations.generation')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Spending',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('day_tokens', models.BigIntegerField(default=0)),
                ('day_cost', models.BigIntegerField(default=0)),
                ('day_extra_tokens', models.BigIntegerField(default=0)),
                ('day_extra_cost', models.BigIntegerField(default=0)),
                ('month', models.DateField(help_text='The first day of it.')),
                ('month_tokens', models.BigIntegerField(default=0)),
                ('month_cost', models.BigIntegerField(default=0)),
                ('month_extra_tokens', models.BigIntegerField(default=0)),
                ('month_extra_cost', models.BigIntegerField(default=0)),
                ('reserved_tokens', models.BigIntegerField(default=0)),
                ('reserved_cost', models.BigIntegerField(default=0)),
                ('person', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='spending', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'spending',
            },
        ),
        migrations.CreateModel(
            name='Policy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tokens_per_day', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='tokens a day')),
                ('tokens_per_month', models.PositiveBigIntegerField(blank=True, null=True, verbose_name='tokens a month')),
                ('usd_per_day', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars a day')),
                ('usd_per_month', models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars a month')),
                ('requests_per_minute', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='questions a minute')),
                ('answers_at_once', models.PositiveIntegerField(blank=True, help_text='Further ones wait and show their place.', null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='answers at once')),
                ('attachments', models.BooleanField(blank=True, choices=[(None, 'Not said here'), (True, 'Allowed'), (False, 'Not allowed')], null=True, verbose_name='attach files')),
                ('sharing', models.BooleanField(blank=True, choices=[(None, 'Not said here'), (True, 'Allowed'), (False, 'Not allowed')], null=True, verbose_name='share by links')),
                ('temporary', models.BooleanField(blank=True, choices=[(None, 'Not said here'), (True, 'Allowed'), (False, 'Not allowed')], null=True, verbose_name='temporary conversations')),
                ('importing', models.BooleanField(blank=True, choices=[(None, 'Not said here'), (True, 'Allowed'), (False, 'Not allowed')], null=True, verbose_name='import conversations')),
                ('group', models.OneToOneField(blank=True, help_text='With neither person nor group it is for everybody of whom nothing else is said.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='policy', to='auth.group', verbose_name='group')),
                ('person', models.OneToOneField(blank=True, help_text='What is said here of one person counts before all else.', null=True, on_delete=django.db.models.deletion.CASCADE, related_name='policy', to=settings.AUTH_USER_MODEL, verbose_name='person')),
            ],
            options={
                'verbose_name_plural': 'policies',
                'constraints': [models.CheckConstraint(condition=models.Q(('person', None), ('group', None), _connector='OR'), name='policy_of_a_person_or_of_a_group'), models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('person', 0), django.db.models.functions.comparison.Coalesce('group', 0), name='policy_once_for_everybody')],
            },
        ),
        migrations.CreateModel(
            name='Usage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('model', models.CharField(max_length=200)),
                ('calls', models.PositiveIntegerField(default=0)),
                ('prompt_tokens', models.BigIntegerField(default=0)),
                ('completion_tokens', models.BigIntegerField(default=0)),
                ('cached_tokens', models.BigIntegerField(default=0)),
                ('cost', models.BigIntegerField(default=0, help_text='In hundred-millionths of a US dollar.')),
                ('person', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='usage', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name_plural': 'usage',
                'indexes': [models.Index(fields=['day'], name='usage_by_day')],
                'constraints': [models.UniqueConstraint(fields=('person', 'day', 'model'), name='usage_once_a_day')],
            },
        ),
        migrations.RunPython(count_calls, migrations.RunPython.noop),
    ]
