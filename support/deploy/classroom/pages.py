"""Pages of the hub that JupyterHub does not have: for the teacher, and for new passwords."""

import asyncio
import contextlib
import json
import sys
from pathlib import Path

from jupyterhub import orm
from jupyterhub.handlers import BaseHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import new_token
from nativeauthenticator.orm import UserInfo
from tornado import web

from login import SHORTEST, is_password, who_tries

WORK = Path(__file__).with_name("work.py")


class Progress(BaseHandler):
    """Shows what everybody has solved, to the teacher: exercise by learner, as `work.py progress` finds it."""

    folder = None

    @needs_scope("admin-ui")
    async def get(self):
        # Another process: it becomes each learner in turn.
        asked = [sys.executable, str(WORK), "progress", str(self.folder), "--json"]
        process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        found = json.loads(said)
        teachers = self.authenticator.admin_users
        learners = {name: row for name, row in found["learners"].items() if name not in teachers}
        self.finish(await self.render_template("progress.html", exercises=found["exercises"], learners=learners))


class Learners(BaseHandler):
    """Shows who has signed up and with which code, to the teacher, who lets learners in and keeps them out."""

    @needs_scope("admin:users")
    async def get(self):
        await self.show()

    async def show(self, **said):
        known = sorted(UserInfo.all_users(self.db), key=lambda one: one.username)
        learners = [one for one in known if one.username not in self.authenticator.admin_users]
        self.finish(
            await self.render_template("learners.html", learners=learners, code=self.authenticator.code, **said)
        )


class Admission(Learners):
    """Keeps a learner out, or lets one in again."""

    async def get(self, *_):
        self.redirect(f"{self.hub.base_url}learners")

    @needs_scope("admin:users")
    async def post(self, what, name):
        known = self.authenticator.get_user(name)
        if known is None or name in self.authenticator.admin_users:
            raise web.HTTPError(404)
        known.is_authorized = what == "let-in"
        self.db.commit()
        if what == "let-in":
            await self.show(said=f"{name} may log in again.")
            return
        user = self.find_user(name)
        said = f"{name} is kept out."
        if user is not None and not await self.end(user):
            said += " The server is just starting or stopping: look at Admin in a minute, and stop it."
        await self.show(said=said)

    async def end(self, user):
        """Ends all sessions of somebody's, and the server; False where that has to be done later."""
        end_sessions(self, user, with_servers=True)
        if user.spawner.pending:
            return False
        if user.spawner.active:
            await self.stop_single_user(user)
        return True


def end_sessions(handler, user, but=None, with_servers=False):
    """Ends what somebody has logged in by: cookies and tokens, but those of one session.

    By a token of its own, a server that runs asks the hub who somebody is. It stays unless the server is to end, too.
    """
    user.orm_user.cookie_id = new_token()
    servers = None if with_servers else token_of_server(handler, user)
    for token in list(user.orm_user.api_tokens):
        if token is not servers and (but is None or token.session_id != but):
            handler.db.delete(token)
    handler.db.commit()


def token_of_server(handler, user):
    """The token that the process of a running server was given; nothing where none runs. Anybody may copy its note."""
    given = user.spawner.api_token
    if not given and user.spawner.active:
        # The hub, which has been started again since, has forgotten it. A process that has just gone needs none.
        environment = b""
        with contextlib.suppress(OSError):
            environment = Path(f"/proc/{user.spawner.pid}/environ").read_bytes()
        named = dict(one.decode(errors="replace").partition("=")[::2] for one in environment.split(b"\0"))
        given = named.get("JUPYTERHUB_API_TOKEN", "")
    return orm.APIToken.find(handler.db, given) if given else None


class NewPassword(BaseHandler):
    """Where somebody takes a new password, for which the old one is needed."""

    @web.authenticated
    async def get(self):
        await self.show(self.current_user.name)

    @web.authenticated
    async def post(self):
        name = self.current_user.name
        old = self.get_body_argument("old_password", "", strip=False)
        known, who = self.authenticator.get_user(name), who_tries(self, name)
        problem = self.authenticator.pause(who)
        if problem is None and not await asyncio.to_thread(is_password, old, known.password):
            self.authenticator.add_login_attempt(who)
            problem = "The old password is another one."
        if await self.change(name, problem):
            end_sessions(self, self.current_user, but=self.get_session_cookie())
            self.set_login_cookie(self.current_user)
            await self.show(name, said="You have a new password. Other browsers have to log in with it.")

    async def change(self, name, problem=None):
        """Gives somebody the password filled in. Where it will not do, the page says why; this is False then."""
        new = self.get_body_argument("new_password", "", strip=False)
        if problem is None and new != self.get_body_argument("new_password_confirmation", "", strip=False):
            problem = "The two new passwords differ."
        if problem is None and not self.authenticator.change_password(name, new):
            problem = f"A password has at least {SHORTEST} characters."
        if problem:
            self.set_status(403)
            await self.show(name, problem=problem)
        return problem is None

    async def show(self, name, **said):
        is_own = name == self.current_user.name
        self.finish(await self.render_template("password.html", username=name, is_own=is_own, **said))


class NewPasswordFor(NewPassword):
    """Where the teacher gives a learner a new password: whoever was logged in by the old one is no longer."""

    @needs_scope("admin:users")
    async def get(self, name):
        self.known(name)
        await self.show(name)

    @needs_scope("admin:users")
    async def post(self, name):
        self.known(name)
        if await self.change(name):
            if user := self.find_user(name):
                end_sessions(self, user)
            await self.show(name, said=f"{name} has a new password. Open pages of {name} have to log in with it.")

    def known(self, name):
        if self.authenticator.get_user(name) is None:
            raise web.HTTPError(404)


HANDLERS = [
    ("/progress", Progress),
    ("/learners", Learners),
    ("/learners/(keep-out|let-in)/([^/]+)", Admission),
    ("/change-password", NewPassword),
    ("/change-password/([^/]+)", NewPasswordFor),
]
