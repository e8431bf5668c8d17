"""The teacher's page of the hub: exercise by learner, as `work.py progress` finds it."""

import asyncio
import json
import sys
from pathlib import Path

from jupyterhub.handlers import BaseHandler
from jupyterhub.scopes import needs_scope

WORK = Path(__file__).with_name("work.py")


class Progress(BaseHandler):
    """Shows what everybody has solved, to the teacher."""

    folder = None

    @needs_scope("admin-ui")
    async def get(self):
        # Another process: it becomes each learner in turn.
        asked = [sys.executable, str(WORK), "progress", str(self.folder), "--json"]
        process = await asyncio.create_subprocess_exec(*asked, stdout=asyncio.subprocess.PIPE)
        said, _ = await process.communicate()
        found = json.loads(said)
        self.finish(
            await self.render_template("progress.html", exercises=found["exercises"], learners=found["learners"])
        )
