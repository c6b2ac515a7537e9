import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import sources.models
import sources.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=100, unique=True)),
                ('title', models.CharField(max_length=300, validators=[sources.validators.validate_name])),
                ('byline', models.CharField(blank=True, max_length=300, validators=[sources.validators.validate_name])),
                ('published_on', models.DateField(blank=True, null=True)),
                ('retrieved_at', models.DateTimeField(blank=True, null=True)),
                ('url', models.URLField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])])),
                ('language', models.CharField(default='und', help_text='A BCP 47 tag such as en or zh-Hant.', max_length=35, validators=[sources.validators.validate_language])),
                ('licence', models.CharField(blank=True, max_length=300)),
                ('disclosure', models.TextField(blank=True, help_text='What the text itself says about AI in its making, in the printed words.', verbose_name='AI disclosure')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('withdrawal_reason', models.CharField(blank=True, editable=False, max_length=300)),
            ],
            options={
                'ordering': ['title', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(editable=False)),
                ('text', models.TextField(editable=False)),
                ('sha256', models.CharField(editable=False, max_length=64, verbose_name='SHA-256')),
                ('length', models.PositiveIntegerField(editable=False, verbose_name='length in code points')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='sources.document')),
            ],
            options={
                'ordering': ['document_id', 'number'],
            },
        ),
        migrations.CreateModel(
            name='Original',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text="The file's own name, cleaned.", max_length=255)),
                ('media_type', models.CharField(max_length=127)),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('file', models.FileField(upload_to=sources.models.original_path)),
                ('address', models.URLField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])])),
                ('retrieved_at', models.DateTimeField(blank=True, null=True)),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='originals', to='sources.revision')),
            ],
            options={
                'ordering': ['revision_id', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Segmentation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('sentence', 'Sentences'), ('block', 'Blocks (paragraphs)')], max_length=10)),
                ('method', models.CharField(max_length=50)),
                ('method_version', models.CharField(max_length=50)),
                ('ends', models.JSONField(help_text='End of each unit in code points, rising; the last is the length of the text.')),
                ('revision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='segmentations', to='sources.revision')),
            ],
            options={
                'ordering': ['revision_id', 'kind'],
            },
        ),
        migrations.CreateModel(
            name='Source',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=300, unique=True, validators=[sources.validators.validate_name])),
                ('homepage', models.URLField(blank=True, max_length=2000, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])])),
                ('kind', models.CharField(blank=True, choices=[('newspaper', 'Newspaper or magazine'), ('broadcaster', 'Broadcaster'), ('agency', 'News agency'), ('online', 'Online outlet'), ('government', 'Government or military'), ('organisation', 'Organisation or company'), ('academic', 'Academic publisher'), ('personal', 'Personal site or blog'), ('other', 'Other')], max_length=20)),
                ('country', models.CharField(blank=True, help_text='Two letters of ISO 3166-1, for example US.', max_length=2, validators=[django.core.validators.RegexValidator('\\A[A-Z]{2}\\Z', 'Write the two capital letters of ISO 3166-1, for example US.')])),
                ('owner', models.CharField(blank=True, max_length=300, validators=[sources.validators.validate_name])),
                ('notes', models.TextField(blank=True)),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='source_name_is_not_empty'), models.CheckConstraint(condition=models.Q(('kind__in', ['', 'newspaper', 'broadcaster', 'agency', 'online', 'government', 'organisation', 'academic', 'personal', 'other'])), name='source_kind_is_known')],
            },
        ),
        migrations.AddField(
            model_name='document',
            name='source',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='sources.source'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('document', 'number'), name='revision_number_is_unique_in_document'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.UniqueConstraint(fields=('document', 'sha256'), name='revision_text_is_unique_in_document'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='revision_number_starts_at_one'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('length__gte', 1)), name='revision_text_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=models.Q(('length', django.db.models.functions.text.Length('text'))), name='revision_length_counts_code_points'),
        ),
        migrations.AddConstraint(
            model_name='revision',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), name='revision_sha256_has_64_characters'),
        ),
        migrations.AddConstraint(
            model_name='original',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('sha256'), 64), name='original_sha256_has_64_characters'),
        ),
        migrations.AddConstraint(
            model_name='segmentation',
            constraint=models.UniqueConstraint(fields=('revision', 'kind'), name='segmentation_kind_is_unique_in_revision'),
        ),
        migrations.AddConstraint(
            model_name='segmentation',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['sentence', 'block'])), name='segmentation_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='document_title_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('slug', ''), _negated=True), name='document_slug_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('language', ''), _negated=True), name='document_language_is_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('withdrawal_reason', ''), ('withdrawn_at__isnull', False), _connector='OR'), name='document_reason_only_when_withdrawn'),
        ),
    ]
