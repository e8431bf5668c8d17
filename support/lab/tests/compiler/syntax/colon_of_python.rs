// A function as Python writes it.
async def fetch(id): //~ error
    return "page"
print(await fetch(1))
