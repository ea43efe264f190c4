import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

import conversations.models.attachment


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0005_transfer"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('image', 'Image'), ('pdf', 'PDF'), ('text', 'Text')], max_length=10)),
                ('name', models.CharField(help_text='As the uploader calls it; only shown.', max_length=120)),
                ('media_type', models.CharField(max_length=40)),
                ('file', models.FileField(help_text='Where the bytes are; a name of ours.', storage=conversations.models.attachment.file_storage, upload_to='')),
                ('byte_count', models.PositiveIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('width', models.PositiveIntegerField(blank=True, null=True)),
                ('height', models.PositiveIntegerField(blank=True, null=True)),
                ('pages', models.PositiveIntegerField(blank=True, null=True)),
                ('text', models.TextField(blank=True, help_text='What a text file or a PDF says, up to a limit.')),
                ('characters', models.PositiveIntegerField(default=0, help_text='Length of that text.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('deleted_at', models.DateTimeField(blank=True, null=True)),
                ('messages', models.ManyToManyField(blank=True, related_name='attachments', to='conversations.message')),
                ('owner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attachments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['owner', '-id'], name='attachment_owners_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['image', 'pdf', 'text'])), name='attachment_kind_known')],
            },
        ),
    ]
