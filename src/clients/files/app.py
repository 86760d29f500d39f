import sys
from licensing import Licensing

licensing = Licensing()
if len(sys.argv) > 1:
    verdict = licensing.activate(sys.argv[1])
else:
    verdict = licensing.check()
if not verdict.allowed:
    sys.exit(f"{verdict.why} {verdict.help}")
print("Welcome to the edition", licensing.feature("tier"))
