"""Packaged radios and links."""

from __future__ import annotations

import pytest

from wfsim.errors import UsageError
from wfsim.radio.link import Link
from wfsim.scenario.profiles import profile, profiles, summary
from wfsim.scenario.schema import Radio
from wfsim.wired import Hop

AIR = {
    *("carrier_hz", "bandwidth_hz", "noise_figure_db", "uplink_power_dbm", "downlink_power_dbm"),
    *("path_loss", "shadowing", "fading", "link", "access", "packets"),
}
RADIOS = ["branch_lte", "factory_wifi", "lorawan", "nb_iot", "private_5g"]


def test_the_profiles_that_users_know_are_there():
    assert profiles() == RADIOS
    assert profiles("hop") == ["leo_backhaul"]


@pytest.mark.parametrize("name", RADIOS)
def test_a_profile_is_a_valid_radio_that_says_everything_about_its_air(name):
    settings = profile(name)
    radio = Radio.model_validate(settings)
    assert set(settings) >= AIR
    assert isinstance(radio.link, Link)
    assert summary(name)


def test_a_hop_profile_is_a_valid_hop():
    assert Hop.parse(profile("leo_backhaul", "hop")).expected_delay_s() > 0.0


def test_lorawan_may_send_one_percent_of_the_time():
    assert Radio.model_validate(profile("lorawan")).duty_cycle == 0.01


def test_changing_what_was_given_changes_no_profile():
    profile("nb_iot")["path_loss"]["kind"] = "changed"
    assert profile("nb_iot")["path_loss"]["kind"] != "changed"


@pytest.mark.parametrize(("name", "section"), [("leo_backhaul", "radio"), ("nb_iott", "radio"), ("nb_iot", "hop")])
def test_an_unknown_name_is_refused_with_what_is_known(name, section):
    with pytest.raises(UsageError, match=f"no {section} profile called '{name}'.*; known: "):
        profile(name, section)
