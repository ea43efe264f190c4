"""How long conversations are kept, holds, and receipts of what was removed."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('conversations', '0013_holds'),
        ('review', '0004_saved_filters'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('reach', models.CharField(choices=[('conversation', 'A conversation'), ('person', 'All that a person wrote and will write'), ('filter', 'What a filter found')], max_length=12)),
                ('filter_name', models.CharField(blank=True, max_length=60)),
                ('query', models.CharField(blank=True, help_text='The filter, as in an address.', max_length=2000)),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('until', models.DateTimeField(null=True, verbose_name='until')),
                ('placed_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(help_text='Whose it is; a filter finds what is of many.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='holds_about', to=settings.AUTH_USER_MODEL)),
                ('placed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'permissions': [('place_holds', 'Can place holds and see what was removed')],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Held',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='conversations.conversation')),
                ('hold', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='held', to='review.hold')),
            ],
            options={
                'verbose_name_plural': 'held',
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='PurgeReceipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveBigIntegerField(editable=False, unique=True)),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('cause', models.CharField(choices=[('owner', 'Deleted for ever by their owner'), ('trash', 'The days in the trash were over'), ('temporary', 'Temporary, and their time was over'), ('retention', 'Not used for longer than they are kept'), ('released', 'Deleted before, and kept for a hold that has ended'), ('account', 'The account was deleted')], max_length=10, verbose_name='why')),
                ('rule', models.CharField(blank=True, max_length=300, verbose_name='rule')),
                ('conversations', models.PositiveIntegerField(verbose_name='conversations')),
                ('messages', models.PositiveIntegerField(verbose_name='messages')),
                ('files', models.PositiveIntegerField(verbose_name='files')),
                ('bytes', models.PositiveBigIntegerField(help_text='Of files.', verbose_name='bytes')),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': ['view'],
                'indexes': [models.Index(fields=['at'], name='purge_receipt_at')],
            },
        ),
        migrations.CreateModel(
            name='ReceiptHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveBigIntegerField(default=0)),
                ('hash', models.BinaryField(max_length=32)),
                ('signature', models.CharField(max_length=64)),
            ],
            options={
                'default_permissions': ['view'],
                'constraints': [models.CheckConstraint(condition=models.Q(('pk', 1)), name='receipt_head_is_one_row')],
            },
        ),
        migrations.CreateModel(
            name='RetentionChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group_name', models.CharField(blank=True, help_text='Empty: everybody.', max_length=150, verbose_name='group')),
                ('sort', models.CharField(choices=[('deleted', 'In the trash'), ('temporary', 'Temporary'), ('flagged', 'Flagged: a thumb down, or in review'), ('ordinary', 'Ordinary')], max_length=10, verbose_name='kind')),
                ('before', models.CharField(help_text='Days, “ever”, or “none”.', max_length=10, verbose_name='before')),
                ('after', models.CharField(max_length=10, verbose_name='after')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='RetentionPolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sort', models.CharField(choices=[('deleted', 'In the trash'), ('temporary', 'Temporary'), ('flagged', 'Flagged: a thumb down, or in review'), ('ordinary', 'Ordinary')], default='ordinary', max_length=10, verbose_name='kind')),
                ('days', models.PositiveIntegerField(blank=True, help_text='From the last word on, in the trash from the deletion on. Empty: for ever, which cannot be said of the trash and of what is temporary.', null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(36500)], verbose_name='days')),
                ('group', models.ForeignKey(blank=True, help_text='Without a group it is for everybody of whose groups nothing is said.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='retention_policies', to='auth.group', verbose_name='group')),
            ],
            options={
                'verbose_name': 'retention policy',
                'verbose_name_plural': 'retention policies',
                'ordering': ['sort', 'group__name', 'pk'],
            },
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reach__in', ['conversation', 'person', 'filter'])), name='hold_reach_known'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='hold_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person', None), ('reach', 'filter')), models.Q(models.Q(('reach', 'filter'), _negated=True), ('person__isnull', False)), _connector='OR'), name='hold_knows_whose'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at', None), ('ended_at__gte', models.F('placed_at')), _connector='OR'), name='hold_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='held',
            constraint=models.UniqueConstraint(fields=('hold', 'conversation'), name='held_once_by_a_hold'),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(('sort__in', ['deleted', 'temporary', 'flagged', 'ordinary'])), name='retention_sort_known'),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('days__gte', 1), ('days__isnull', False)), models.Q(('days', None), models.Q(('sort__in', ('deleted', 'temporary')), _negated=True)), _connector='OR'), name='retention_ends_where_it_must', violation_error_message='What is in the trash, and what is temporary, goes at some time: say after how many days.'),
        ),
        migrations.AddConstraint(
            model_name='retentionpolicy',
            constraint=models.UniqueConstraint(django.db.models.functions.comparison.Coalesce('group', 0), models.F('sort'), name='retention_once_of_a_kind', violation_error_message='For this group and kind there is a policy already.'),
        ),
    ]
