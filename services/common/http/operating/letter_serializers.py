"""What staff read and say of dead letters."""

from typing import Any

from rest_framework import serializers

from services.common.http.fields import InputSerializer, StrictIntegerField
from services.common.http.operating.messages import MAX_NOTE, LetterSerializer
from services.messaging.operating.groups import Deed, Group

MOST_AT_ONCE = 50
MAX_CAUSE = 200
STATES = ("open", "dismissed")


class StateQuery(serializers.Serializer[Any]):
    state = serializers.ChoiceField(choices=STATES, default="open")


class GroupQuery(StateQuery):
    """A reason, and a cause as the list of groups says it."""

    reason = serializers.CharField(max_length=30)
    cause = serializers.CharField(
        default="", allow_blank=True, trim_whitespace=False, max_length=MAX_CAUSE, help_text="As the groups say it."
    )


class GroupSerializer(serializers.Serializer[Group]):
    """Dead letters of one reason whose details differ in ids and numbers alone."""

    reason = serializers.CharField()
    cause = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()


class GroupsSerializer(serializers.Serializer[Any]):
    results = GroupSerializer(many=True)


class DeedSerializer(serializers.Serializer[Deed]):
    """What a member of staff (a user's id) or an operator did with so many letters within a minute, and why."""

    by = serializers.CharField()
    at = serializers.DateTimeField()
    outcome = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class GroupDetailSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    dead_again = serializers.IntegerField(help_text="Of these, replayed before, and dead again.")
    letters = LetterSerializer(many=True)
    deeds = DeedSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    outcomes = serializers.DictField(child=serializers.IntegerField(), help_text="How many, by outcome.")


class GroupInputSerializer(InputSerializer):
    reason = serializers.CharField(max_length=30)
    cause = serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=MAX_CAUSE)


class NoteSerializer(GroupInputSerializer):
    """The group, and why."""

    note = serializers.CharField(max_length=MAX_NOTE)


class ReplaySerializer(GroupInputSerializer):
    """A step of a run: the letters after `after`, in the run that began at `since` (null at its first step)."""

    note = serializers.CharField(max_length=MAX_NOTE, allow_blank=True)
    after = StrictIntegerField(min_value=0)
    limit = StrictIntegerField(min_value=1, max_value=MOST_AT_ONCE)
    since = serializers.DateTimeField(allow_null=True)
    stop_at = StrictIntegerField(min_value=1, help_text="Replay none where so many of the run are dead again.")


class ResultSerializer(serializers.Serializer[Any]):
    """`resolved` where the letter is closed: handed back, or a duplicate; else it stays open, and `outcome` is why."""

    outcome = serializers.CharField()
    resolved = serializers.BooleanField()


class ReplayedSerializer(serializers.Serializer[Any]):
    """What became of each letter of this step, and how it stands with the run."""

    since = serializers.DateTimeField()
    after = serializers.IntegerField()
    left = serializers.IntegerField(help_text="Letters of the group that this run has not tried.")
    dead_again = serializers.IntegerField(help_text="Letters that this run had handed back, and that are dead again.")
    results = ResultSerializer(many=True)


class ClosedSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField()
    left = serializers.IntegerField()
