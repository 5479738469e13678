import pytest
from stand_ins import script

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.mirror import find_mirror

APT = """case "$*" in
*indextargets*) echo "{lists}" ;;
*--print-uris*) echo "{uris}" ;;
esac"""


def fake_apt(machine, lists="", uris=""):
    script(machine / "bin/apt-get", APT.format(lists=lists, uris=uris))


def test_mirror_is_the_one_whose_lists_say_debian(machine):
    fake_apt(
        machine,
        "http://x/tools/ Other Other\nhttp://s/deb/ Debian Debian-Security\n"
        "http://m/deb/ Debian Debian",
    )
    assert find_mirror() == "http://m/deb/"


def test_mirror_without_lists_is_the_one_that_looks_like_it(machine):
    fake_apt(
        machine,
        uris="'http://x/dists/any/InRelease' x 0\n"
        "'http://s/debian-security/dists/a-security/InRelease' x 0\n"
        "'http://m/debian/dists/a/InRelease' x 0",
    )
    assert find_mirror() == "http://m/debian/"


def test_mirror_of_an_apt_without_sources_raises(machine):
    fake_apt(machine)
    with pytest.raises(InstallError, match="gets its packages from no Debian archive"):
        find_mirror()
