"""A budget that a group uses together, and answers of which nobody knew the price."""

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('conversations', '0009_limits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='chatmodel',
            name='keeps_price_secret',
            field=models.BooleanField(db_default=False, default=False, help_text='An answer told no cost.', verbose_name='tells no price'),
        ),
        migrations.AddField(
            model_name='chatmodel',
            name='told_price',
            field=models.DecimalField(blank=True, decimal_places=6, help_text='USD for a million tokens, the most that an answer told; used where no price is listed.', max_digits=12, null=True, verbose_name='price it told'),
        ),
        migrations.AddField(
            model_name='policy',
            name='pot_tokens_per_day',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='tokens a day, together'),
        ),
        migrations.AddField(
            model_name='policy',
            name='pot_tokens_per_month',
            field=models.PositiveBigIntegerField(blank=True, null=True, verbose_name='tokens a month, together'),
        ),
        migrations.AddField(
            model_name='policy',
            name='pot_usd_per_day',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars a day, together'),
        ),
        migrations.AddField(
            model_name='policy',
            name='pot_usd_per_month',
            field=models.DecimalField(blank=True, decimal_places=2, max_digits=10, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='US dollars a month, together'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='groups',
            field=models.JSONField(db_default=models.Value([], models.JSONField()), default=list, help_text='Whose pots it is out of, by key.'),
        ),
        migrations.AddField(
            model_name='reservation',
            name='is_unpriced',
            field=models.BooleanField(db_default=False, default=False, help_text='Nobody knew before it what it may cost.'),
        ),
        migrations.AddField(
            model_name='spending',
            name='group',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='spending', to='auth.group'),
        ),
        migrations.AddField(
            model_name='spending',
            name='reserved_unpriced',
            field=models.IntegerField(db_default=0, default=0, help_text='Answers in the making of which nobody knows what they cost.'),
        ),
        migrations.AlterField(
            model_name='spending',
            name='person',
            field=models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='spending', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='policy',
            constraint=models.CheckConstraint(condition=models.Q(('group__isnull', False), models.Q(('pot_tokens_per_day', None), ('pot_tokens_per_month', None), ('pot_usd_per_day', None), ('pot_usd_per_month', None)), _connector='OR'), name='policy_pot_of_a_group'),
        ),
        migrations.AddConstraint(
            model_name='spending',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('group__isnull', False), ('person', None)), models.Q(('group', None), ('person__isnull', False)), _connector='OR'), name='spending_of_a_person_or_of_a_group'),
        ),
    ]
