"""How learners get in: they sign up with the code of the class, choose a name and a password, and log in with these.

This is JupyterHub's NativeAuthenticator, which keeps passwords as bcrypt makes them, knows who may log in, and refuses
who was wrong too often for a while. Here it learns the code of the class, to say in words what is wrong with a name, to
take any text as a password, and not to have one person's wrong guesses keep another out. `pages.py` has the pages for
new passwords.
"""

import asyncio
import base64
import hashlib
import hmac
import unicodedata

import bcrypt
from jupyterhub.handlers.login import LoginHandler
from nativeauthenticator import NativeAuthenticator
from nativeauthenticator.handlers import SignUpHandler
from traitlets import Unicode

from accounts import objection

# The fewest characters of a password.
SHORTEST = 8

# Names under which somebody would seem to be the teacher, or the machine's owner.
PRETENDED = {"admin", "administrator", "root"}

# Days for which a browser is known.
KNOWN = 90

KEPT_OUT = "The teacher has closed this login. Ask the teacher."

WRONG = (
    "This name and this password do not belong together. Who has forgotten a password asks the teacher for a new "
    "one; who has none yet signs up first."
)


def digest(password):
    """A password as bcrypt takes it: of any length, with whatever characters, however a keyboard composes them."""
    text = unicodedata.normalize("NFKC", password)
    return base64.b64encode(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()).decode()


def is_password(password, kept):
    return bcrypt.checkpw(digest(password).encode(), kept)


class LogIn(LoginHandler):
    """The page to log in, which says in words what is wrong."""

    is_kept_out = False

    async def post(self):
        name = self.authenticator.normalize_username(self.get_body_argument("username", ""))
        # Who has to wait is not tried again: neither is the password looked at, nor is this another wrong attempt.
        problem = objection(name) or self.authenticator.pause(who_tries(self, name))
        if problem is None:
            password = self.get_body_argument("password", "", strip=False)
            user = await self.login_user({"username": name, "password": password})
            if user:
                self._jupyterhub_user = user
                remember(self, name)
                self.redirect(self.get_next_url(user))
                return
            problem = KEPT_OUT if self.is_kept_out else self.authenticator.pause(who_tries(self, name)) or WRONG
        self.set_status(403)
        self.finish(await self._render(login_error=problem, username=name))


class SignUp(SignUpHandler):
    """The page to sign up, which asks for the code of the class."""

    async def post(self):
        told = {name: self.get_body_argument(name, "", strip=False) for name in FIELDS}
        name = self.authenticator.normalize_username(told["username"].strip())
        who = f"sign-up from {self.request.remote_ip}"
        problem = self.authenticator.pause(who) or self.problem_with(told, name, who)
        if problem is None and self.authenticator.create_user(name, told["signup_password"]) is None:
            problem = "This did not work. Ask the teacher."
        if problem:
            self.set_status(403)
            self.finish(
                await self.render_template("signup.html", problem=problem, username=name, code=told["code"].strip())
            )
            return
        self.log.info("%s has signed up", name)
        user = await self.login_user({"username": name, "password": told["signup_password"]})
        remember(self, name)
        self.redirect(self.get_next_url(user))

    def problem_with(self, told, name, who):
        """What is wrong with what somebody has filled in. Who does not know the code learns nothing about names."""
        if not hmac.compare_digest(spelled(told["code"]), spelled(self.authenticator.code)):
            self.authenticator.add_login_attempt(who)
            return "This is not the code of the class. The teacher knows it."
        if problem := objection(name):
            return problem
        if name in PRETENDED:
            return f"Whoever is called {name} seems to be more than a learner. Take another name."
        if self.authenticator.user_exists(name):
            return f"Somebody has the name {name} already. Take another one."
        if self.authenticator.has_work(name):
            return f"There is work of somebody called {name} already. Take another name, or ask the teacher."
        if told["signup_password"] != told["signup_password_confirmation"]:
            return "The two passwords differ."
        if not self.authenticator.is_password_strong(told["signup_password"]):
            return f"A password has at least {SHORTEST} characters."
        return None


def spelled(code):
    """A code as it is compared: however somebody writes what was read aloud or stands on a board."""
    return "".join(one for one in code.casefold() if one.isalnum()).encode()


def remember(handler, name):
    """Lets a browser show that somebody has logged in by it under this name."""
    handler._set_cookie(f"known-{name}", name, path=handler.hub.base_url, expires_days=KNOWN)


def who_tries(handler, name):
    """Whose wrong attempts are counted together: those of a browser that is known, or of all that are not.

    Otherwise anybody could keep the teacher out by wrong guesses. These are device cookies, as OWASP describes them
    (https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies).
    """
    known = handler.get_secure_cookie(f"known-{name}", max_age_days=KNOWN)
    return f"{name}, known" if known == name.encode() else name


FIELDS = ["username", "signup_password", "signup_password_confirmation", "code"]


class ClassAuthenticator(NativeAuthenticator):
    """Knows the code of the class, and its teacher."""

    code = Unicode(help="What learners need to sign up.", config=True)
    teacher = Unicode(help="The name of the teacher.", config=True)
    teacher_password = Unicode(help="The teacher's password; empty, it stays what it is.", config=True)
    folder = None

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        if problem := objection(self.teacher):
            raise ValueError(f"the teacher cannot be called {self.teacher}. {problem}")
        if self.teacher_password and not self.change_password(self.teacher, self.teacher_password):
            self.create_user(self.teacher, self.teacher_password)

    async def authenticate(self, handler, data):
        """Looks at the name and the password. bcrypt takes its time, in which the hub goes on."""
        name = data["username"]
        known, who = self.get_user(name), who_tries(handler, name)
        if known is None or self.is_blocked(who):
            return None
        # It counts before it is looked at: many may come at once.
        self.add_login_attempt(who)
        if not await asyncio.to_thread(is_password, data["password"], known.password):
            return None
        self.successful_login(who)
        # Only who knows the password learns that it would do no good.
        handler.is_kept_out = not known.is_authorized
        return name if known.is_authorized else None

    def validate_username(self, username):
        return objection(username) is None and super().validate_username(username)

    def create_user(self, username, password, **_):
        return super().create_user(username, digest(password))

    def change_password(self, username, new_password):
        # A page may name somebody who is not there.
        if self.get_user(username) is None or not self.is_password_strong(new_password):
            return None
        self.successful_login(username)
        self.successful_login(f"{username}, known")
        return super().change_password(username, digest(new_password))

    def pause(self, who):
        """What to tell somebody who was wrong too often and has to wait; nothing to others."""
        if not self.is_blocked(who):
            return None
        self.log.warning("%s: too many wrong attempts", who)
        return f"Too many wrong attempts. Wait {self.seconds_before_next_try} seconds, and try again then."

    def has_work(self, name):
        """Whether there is a folder of that name, left by somebody who has no login any more."""
        return self.folder is not None and (self.folder / name).exists()

    def get_handlers(self, _app):
        """The pages of `pages.py` take the place of NativeAuthenticator's for the teacher and for passwords."""
        return [("/login", LogIn), ("/signup", SignUp)]
