#!/usr/bin/env bash
# sqlalchemy-utils 0.43.0: a wish that moves to another room is counted in both.
# Guess: aggregated("wishes", ...) "automatically updates aggregate columns when aggregated values change": a wish given another room is in
#   the sum of the new one, and no more in that of the old one.
# Seen: the room that it has now is summed anew, the one that it had is not, unless the session has read that room before: after a wish of 30
#   moves, the rooms hold 80 and 30 of 80. Taken out of a room, it is in its sum still. The old room is right again only after one of its
#   own wishes changes. A new, a changed and a deleted wish are summed rightly. No warning.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet sqlalchemy-utils==0.43.0 sqlalchemy==2.1.9
cd "$folder"
venv/bin/python -W ignore - <<'PY'
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Session, relationship
from sqlalchemy_utils import aggregated


class Base(DeclarativeBase):
    pass


class Room(Base):
    __tablename__ = "room"
    id = sa.Column(sa.Integer, primary_key=True)

    @aggregated("wishes", sa.Column(sa.Integer, default=0))
    def total(self):
        return sa.func.coalesce(sa.func.sum(Wish.price), 0)

    wishes = relationship("Wish", back_populates="room")


class Wish(Base):
    __tablename__ = "wish"
    id = sa.Column(sa.Integer, primary_key=True)
    price = sa.Column(sa.Integer)
    room_id = sa.Column(sa.ForeignKey(Room.id))
    room = relationship(Room, back_populates="wishes")


engine = sa.create_engine("sqlite://")
Base.metadata.create_all(engine)
with Session(engine) as session:
    room = Room(id=1)
    session.add_all([room, Room(id=2), Wish(id=1, price=30, room=room), Wish(id=2, price=50, room=room)])
    session.commit()


def totals(what, change=None):
    """Change something in a session of its own, and return what the rooms hold by their columns and by their wishes."""
    with Session(engine) as session:
        if change:
            change(session)
        session.commit()
    with Session(engine) as session:
        rooms = session.scalars(sa.select(Room).order_by(Room.id)).all()
        seen, right = [room.total for room in rooms], [sum(wish.price for wish in room.wishes) for room in rooms]
    print(f"{what}: {seen}, by the wishes {right}")
    return seen, right


assert totals("two wishes") == ([80, 0], [80, 0])
move = lambda session: setattr(session.get(Wish, 1), "room", session.get(Room, 2))  # noqa: E731
assert totals("the first moved", move) == ([80, 30], [50, 30])
assert totals("the second costs 60", lambda session: setattr(session.get(Wish, 2), "price", 60)) == ([60, 30], [60, 30])
assert totals("the first taken out", lambda session: setattr(session.get(Wish, 1), "room_id", None)) == ([60, 30], [60, 0])
assert totals("the second deleted", lambda session: session.delete(session.get(Wish, 2))) == ([0, 30], [0, 0])
PY
