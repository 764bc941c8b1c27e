"""What a page and its kernel say to each other, over connections that end at any moment."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allocation.dashboard.conversation import Conversation

ENDS = st.lists(st.integers(0, 4), max_size=6)
"""After how many more deliveries a connection ends, again and again."""


class Page:
    """The page's half, as kernel.js has it; ``ends`` says when its connections end."""

    def __init__(self, conversation, ends=()):
        self.conversation, self.ends = conversation, list(ends)
        self.heard, self.said, self.unheard = [], 0, []
        self.done = []
        self.line, self.times_lost = None, 0

    def connect(self):
        self.line = Line(self, self.ends.pop(0) if self.ends else None)
        if not self.conversation.join(self.line, len(self.heard)):
            self.times_lost += 1

    def click(self, name):
        self.said += 1
        self.unheard.append(name)
        if self.line:
            self.line.send(name)

    def receive(self, message):
        if isinstance(message, bytes):
            self.heard.append(message)
            return
        self.unheard = self.unheard[len(self.unheard) - (self.said - int(message)) :]
        if not self.line.is_greeted:
            self.line.is_greeted = True
            for name in self.unheard:
                self.line.waiting.append(name)

    def settle(self):
        """Until nothing is under way any more."""
        while self.line is None or self.line.waiting:
            if self.line is None:
                self.connect()
            else:
                self.line.deliver()


class Line:
    def __init__(self, page, deliveries):
        self.page, self.left = page, deliveries
        self.waiting, self.is_greeted = [], False

    def arrives(self):
        """Whether what is sent now arrives, on a connection that neither side knows yet to have ended."""
        if self.left is None:
            return True
        self.left -= 1
        if self.left < 0 and self.page.line is self:
            self.page.line = None
        return self.left >= 0

    def send(self, name):
        if self.is_greeted:
            self.waiting.append(name)

    def deliver(self):
        name = self.waiting.pop(0)
        if self.arrives():
            self.page.done.append(name)
            self.page.conversation.hear(self)
            self.page.conversation.say(f"did {name}".encode())

    def tell(self, message):
        if self.arrives():
            self.page.receive(message)

    def leave(self):
        self.left = -1


@given(ends=ENDS, clicks=st.integers(0, 6), early=st.integers(0, 6))
def test_each_click_is_done_once_and_its_answer_comes_once_whenever_the_connection_ends(ends, clicks, early):
    page = Page(Conversation(), ends)
    names = [f"click {number}" for number in range(clicks)]
    for name in names[:early]:
        page.click(name)
    page.settle()
    for name in names[early:]:
        page.click(name)
    page.settle()
    while len(page.heard) < clicks:
        page.connect()
        page.settle()
    assert page.done == names
    assert page.heard == [f"did {name}".encode() for name in names]
    assert not page.times_lost


def test_what_the_kernel_said_while_nobody_was_there_comes_in_order():
    conversation = Conversation()
    conversation.say(b"one")
    conversation.say(b"two")
    page = Page(conversation)
    page.connect()
    conversation.say(b"three")
    assert page.heard == [b"one", b"two", b"three"]


def test_an_ended_connection_that_comes_to_know_it_late_does_not_end_the_next():
    conversation = Conversation()
    page = Page(conversation)
    page.connect()
    first = page.line
    page.connect()
    conversation.part(first)
    conversation.say(b"one")
    assert first.left == -1
    assert page.heard == [b"one"]


def test_what_the_page_has_heard_takes_no_memory():
    conversation = Conversation(memory=10)
    page = Page(conversation)
    page.connect()
    for _ in range(5):
        conversation.say(b"12345678")
        conversation.confirm(len(page.heard))
    page.connect()
    assert page.heard == [b"12345678"] * 5
    assert not page.times_lost


@pytest.mark.parametrize(("heard", "known"), [(0, False), (1, True), (3, True), (4, False)])
def test_a_page_that_missed_what_is_forgotten_learns_that_it_is_lost(heard, known):
    conversation = Conversation(memory=20)
    for _ in range(3):
        conversation.say(b"12345678")
    assert conversation.join(Line(Page(conversation), 0), heard) is known
