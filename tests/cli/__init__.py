"""What the tests of the command line share."""


def refusal(result):
    """The sentence of a command that failed as it should."""
    status, out, err = result
    assert status == 1 and out == "" and "Traceback" not in err
    assert err.endswith("\n") and len(err.splitlines()) == 1
    return err.strip()
