from django.db import models

from .names import look_alike_key


class LookAlikeKeyField(models.CharField):  # type: ignore[type-arg]
    """Follows `username` at every save, as `auto_now` follows the clock."""

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        key = look_alike_key(model_instance.username)  # type: ignore[attr-defined]
        setattr(model_instance, self.attname, key)
        return key
