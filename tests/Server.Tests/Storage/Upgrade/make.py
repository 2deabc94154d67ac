"""Fills the database of a running server through its API, as the fixtures of UpgradeTests are made: see README.md beside it."""
import datetime
import json
import sys
import time
import urllib.request

BASE = sys.argv[1]
ORDERS = "/tmf-api/serviceOrdering/v4"
SERVICES = "/tmf-api/serviceInventory/v5/service"


def call(method, path, body=None, content_type="application/json"):
    request = urllib.request.Request(BASE + path, method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", content_type)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
    except urllib.error.HTTPError as error:
        sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")
    return json.loads(text) if text else None


def item(number, after=()):
    relations = [{"relationshipType": "dependency", "orderItem": {"itemId": other}} for other in after]
    return {"id": number, "action": "add", "service": {"name": f"service {number}", "serviceType": f"type {number}"}, "serviceOrderItemRelationship": relations}


def place(*items, **members):
    return call("POST", f"{ORDERS}/serviceOrder", {**members, "serviceOrderItem": list(items)})["id"]


def poll(count=1):
    return call("POST", "/fulfillment/v1/work:poll", {"worker": "maker", "maxItems": count, "wait": "20s"})["assignments"]


def report(assignment, **said):
    call("POST", "/fulfillment/v1/work:report", {"leaseToken": assignment["leaseToken"], **said})


def wait(order, *states):
    for _ in range(200):
        state = call("GET", f"{ORDERS}/serviceOrder/{order}?fields=state")["state"]
        if state in states:
            return
        time.sleep(0.05)
    sys.exit(f"{order} is {state}, and not {states}")


party = {"id": "CUST-6490", "name": "Jean Pontus", "role": "customer", "@referredType": "Individual"}
specification = {"id": "access", "@type": "ServiceSpecificationRef"}
call("POST", f"{ORDERS}/hub", {"callback": "http://127.0.0.1:9/listener", "query": "eventType=ServiceOrderStateChangeEvent"})
call("POST", "/tmf-api/serviceInventory/v5/hub", {"@type": "Hub", "callback": "http://127.0.0.1:9/services"})

# Services, of which one is built on another, one is related to it, and one is changed.
line = call("POST", SERVICES, {"@type": "Service", "name": "line", "state": "active", "category": "RFS", "serviceType": "Access", "serviceSpecification": specification})["id"]
top = call("POST", SERVICES, {
    "@type": "Service", "name": "Fiber 1000", "state": "active", "category": "CFS", "serviceType": "Broadband", "serviceSpecification": specification,
    "serviceCharacteristic": [{"name": "downstreamMbps", "value": 1000, "@type": "IntegerCharacteristic"}],
    "relatedParty": [{"role": "user", "partyOrPartyRole": {"id": "CUST-6490", "@type": "PartyRef"}, "@type": "RelatedPartyRefOrPartyRoleRef"}],
    "supportingService": [{"id": line, "@type": "ServiceRef"}],
    "serviceRelationship": [{"relationshipType": "reliesOn", "service": {"id": line, "@type": "ServiceRef"}, "@type": "ServiceRelationship"}],
})["id"]
call("PATCH", f"{SERVICES}/{top}", {"description": "changed once"}, "application/merge-patch+json")

# Orders: completed, failed, held as fallout, in progress with a lease and a dependency, waiting for its date, rejected, cancelled,
# and one whose cancellation is asked for.
completed = place(item("1"), item("2", ["1"]), externalId="completed", relatedParty=[party])
for _ in range(2):
    report(poll()[0], completion={})
wait(completed, "completed")
later = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=20000)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
place(item("1"), externalId="dated", requestedStartDate=later, requestedCompletionDate=later)
fallen = place(item("1"), externalId="fallen")
report(poll()[0], failure={"errorMessages": [{"code": "42", "reason": "no port", "message": "There is no free port."}]})
wait(fallen, "held", "failed", "inProgress")
working = place(item("1"), item("2", ["1"]), externalId="working", priority="1", relatedParty=[party], description="Ünïcode 🚀 \" quoted")
leased = poll()[0]
report(leased, renewal={"percentage": 40})
asked = place(item("1"), externalId="asked")
poll()
call("POST", f"{ORDERS}/cancelServiceOrder", {"cancellationReason": "moved away", "serviceOrder": {"id": asked}})
waiting = place(item("1"), item("2"), item("3", ["1", "2"]), externalId="waiting")
wait(waiting, "inProgress")
gone = place(item("1"), externalId="gone", requestedStartDate=later)
call("POST", f"{ORDERS}/cancelServiceOrder", {"cancellationReason": "not wanted", "serviceOrder": {"id": gone}})
wait(gone, "cancelled")
deleted = place(item("1"), externalId="deleted", requestedStartDate=later)
call("DELETE", f"{ORDERS}/serviceOrder/{deleted}")
place(item("1"), externalId="dependent", requestedStartDate=later, orderRelationship=[{"id": waiting, "relationshipType": "dependency"}])
job = call("POST", "/fulfillment/v1/jobs", {"operation": "JOB_OPERATION_RETRY_FALLOUT", "filter": "causeCode=none", "note": "a job over nothing"})["job"]
for _ in range(100):
    if call("GET", f"/fulfillment/v1/jobs/{job['id']}")["state"] != "JOB_STATE_RUNNING":
        break
    time.sleep(0.05)
print("done")
