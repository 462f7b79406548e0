"""The line that counts up: whole in a terminal, in few steps in a notebook, nothing where nobody watches."""

from __future__ import annotations

import sys

import pytest

from localgov_history import progress


def test_a_notebook_keeps_few_steps(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    for number in range(1, 501):
        progress.progress(number, 500, "series looked at")
    said = capsys.readouterr().out
    assert said.count("\r") == 4
    assert said.endswith("\r500 of 500 series looked at\n")


def test_a_terminal_sees_every_piece(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_in_notebook", lambda: False)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    for number in range(1, 4):
        progress.progress(number, 3, "pieces")
    assert capsys.readouterr().err == "\r1 of 3 pieces\r2 of 3 pieces\r3 of 3 pieces\n"


def test_nobody_watching_sees_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress, "_in_notebook", lambda: False)
    progress.progress(1, 1, "pieces")
    assert capsys.readouterr() == ("", "")
