"""What reviewers think of conversations: labels, scores, verdicts and notes."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0014_replies'),
        ('review', '0005_retention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('description', models.TextField(blank=True, max_length=500, verbose_name='description')),
                ('archived', models.BooleanField(default=False, help_text='Not offered any more; what was judged by it stays.', verbose_name='archived')),
                ('colour', models.CharField(choices=[('plain', 'Grey'), ('accent', 'The accent of the site'), ('ok', 'Green'), ('warn', 'Amber'), ('danger', 'Red')], default='plain', max_length=10, verbose_name='colour')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('colour__in', ['plain', 'accent', 'ok', 'warn', 'danger'])), name='label_colour_known')],
            },
        ),
        migrations.CreateModel(
            name='Score',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=60, unique=True, verbose_name='name')),
                ('description', models.TextField(blank=True, max_length=500, verbose_name='description')),
                ('archived', models.BooleanField(default=False, help_text='Not offered any more; what was judged by it stays.', verbose_name='archived')),
                ('scale', models.CharField(choices=[('five', '1 to 5'), ('yes_no', 'Yes or no'), ('ordered', 'Named steps in an order'), ('named', 'Named steps without an order')], max_length=10, verbose_name='scale')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('scale__in', ['five', 'yes_no', 'ordered', 'named'])), name='score_scale_known')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveSmallIntegerField(help_text='The lowest comes first.', verbose_name='position')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('meaning', models.CharField(blank=True, max_length=500, verbose_name='meaning')),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='review.score')),
            ],
            options={
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Verdict',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('state', models.CharField(choices=[('unreviewed', 'Unreviewed'), ('reviewed', 'Reviewed'), ('attention', 'Needs attention')], default='unreviewed', max_length=10)),
                ('settles', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='conversations.conversation')),
                ('reviewer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'permissions': [('settle_verdicts', 'Can give the verdict that counts')],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Sticker',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='stickers', to='review.label')),
                ('verdict', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stickers', to='review.verdict')),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Placement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('score', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='review.score')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='placements', to='review.step')),
                ('verdict', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='placements', to='review.verdict')),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('quote', models.CharField(blank=True, max_length=1000)),
                ('prefix', models.CharField(blank=True, max_length=64)),
                ('suffix', models.CharField(blank=True, max_length=64)),
                ('text', models.TextField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('author', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='review_notes', to=settings.AUTH_USER_MODEL)),
                ('conversation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='conversations.conversation')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='conversations.message')),
            ],
            options={
                'ordering': ['pk'],
                'default_permissions': ['view'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='note_has_words'), models.CheckConstraint(condition=models.Q(('quote', ''), ('message__isnull', False), _connector='OR'), name='note_quotes_a_message')],
            },
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('score', 'position'), name='step_position_once'),
        ),
        migrations.AddConstraint(
            model_name='step',
            constraint=models.UniqueConstraint(fields=('score', 'name'), name='step_name_once'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['conversation', 'state'], name='verdict_of_conversation'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(fields=['reviewer', 'conversation'], name='verdict_of_reviewer'),
        ),
        migrations.AddIndex(
            model_name='verdict',
            index=models.Index(condition=models.Q(('state', 'attention')), fields=['conversation'], name='verdict_needs_attention'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['unreviewed', 'reviewed', 'attention'])), name='verdict_state_known'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(condition=models.Q(('settles', False)), fields=('conversation', 'reviewer'), name='verdict_one_a_reviewer'),
        ),
        migrations.AddConstraint(
            model_name='verdict',
            constraint=models.UniqueConstraint(condition=models.Q(('settles', True)), fields=('conversation',), name='verdict_settles_once'),
        ),
        migrations.AddConstraint(
            model_name='sticker',
            constraint=models.UniqueConstraint(fields=('label', 'verdict'), name='sticker_once'),
        ),
        migrations.AddConstraint(
            model_name='placement',
            constraint=models.UniqueConstraint(fields=('score', 'verdict'), name='placement_once_a_score'),
        ),
    ]
