#!/usr/bin/env python3
"""One lottery day with kills, then everything a stranger could say about its folder: Go's verifier accepts it,
schemas hold, two hundred tamperings and every flipped bit are named, an edited sale row stops settlement."""
import argparse
import base64
import concurrent.futures
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(SOURCE / "deploy"), str(pathlib.Path(__file__).parent)]
import demo
import schema_check
import world as w

TAMPERINGS = {
    "new_keys": "kRootMismatch", "split_view": "kSplitView", "dropped_leaf": "kLeafMissing", "added_leaf": "kLeafAdded",
    "beacon_replaced": "kBeaconReplaced", "young_cosignature": "kCosignatureTooYoung", "witness_twice": "kQuorumMissing",
    "voided_paid": "kVoidedPaid", "fen_moved": "kFenMoved", "injection_invented": "kFenMoved",
    "bonus_invented": "kFenMoved", "old_rule": "kOldRule", "swapped_plan": "kPlanSwapped",
    "forged_statement": "kStatementForged",
    # of a cancelled draw
    "late_cancellation": "kTooLateToDeviate", "hidden_cancellation": "kFileMissing", "refund_moved": "kFenMoved", "refund_shifted": "kFenMoved",
    # of the ways off a plan, of 3d and of the fund
    "late_deferral": "kTooLateToDeviate", "foreign_proof": "kBadProof", "hidden_deferral": "kFileMissing", "opened_by_one": "kBadContribution",
    "opened_for_another": "kBadContribution", "opening_dropped": "kBadDrawCertificate", "escrow_swapped": "kBadPlan",
    "other_balls": "kBadDrawCertificate", "entries_differ": "kEntriesDiffer", "machine_early": "kCosignatureTooYoung",
    "stranger_at_the_machine": "kBadBallEntry", "outcome_beside": "kOutcomeWrong", "method_swapped": "kWrongMethod",
    "lifted": "kNotAgreed", "lifted_by_one": "kBadSignature", "digits_changed": "kOutcomeWrong", "pool_moved": "kFenMoved",
    "jurisdiction_dropped": "kFenMoved", "opening_inflated": "kFenMoved", "lines_without_end": "kStatementForged",
    "weight_without_end": "kAllocationWrong", "share_moved": "kAllocationWrong", "one_approver": "kBadSignature",
    "carried_invented": "kAllocationWrong", "rules_edited": "kAllocationWrong", "rules_replaced": "kAllocationWrong",
    # without a key, by whoever copies a folder; and of the audit log, with the log's key and all witnesses'
    "vkey_replaced": "kBadKey", "witnesses_replaced": "kBadKey", "second_plan_leaf": "kPlanSwapped",
    "terminal_enrolled_after_its_sale": "kEntryInvalid", "terminal_suspended_before_its_sale": "kTerminalSuspended",
    "sold_before_opening": "kPlanNotWitnessed", "upper_tile_replaced": "kLogMismatch", "tile_beyond_the_checkpoint": "kLeafAdded",
    "canonical_audit_bundle_forged": "kFileUnexpected", "audit_leaf_spelt_otherwise": "kEntryInvalid", "second_seal_draw_as_real": "kEntryInvalid",
    "unknown_kind_of_leaf": "kEntryInvalid", "more_in_an_enrolment": "kEntryInvalid", "plan_by_the_settler": "kNotPermitted",
    "credit_by_the_operator": "kNotPermitted", "audit_leaf_goes_back": "kEntryTime", "audit_log_of_the_year_2200": "kEntryTime",
    "terminal_enrolled_twice": "kAlreadyExists", "resumed_without_suspension": "kEntryInvalid", "opened_twice": "kIllegalTransition",
    "closed_twice": "kIllegalTransition", "closed_early": "kIllegalTransition", "never_closed": "kIllegalTransition",
    "never_opened": "kIllegalTransition", "closed_with_another_root": "kLogMismatch", "closed_with_more_leaves": "kLeafMissing",
    "statement_of_an_open_draw": "kIllegalTransition", "deferred_after_the_draw": "kIllegalTransition", "second_seal_leaf": "kSealSwapped",
    "proof_of_another_leaf": "kBadProof", "second_certificate_leaf": "kBadDrawCertificate", "allocation_of_another_period": "kFileMissing",
    "allocation_not_logged": "kAllocationWrong", "draw_shared_out_twice": "kAllocationWrong", "draw_left_out_of_the_fund": "kAllocationWrong",
    "file_not_named": "kFileUnexpected", "file_gone": "kFileMissing", "link_in_the_folder": "kFileUnexpected",
    "pipe_in_the_folder": "kFileUnexpected", "folder_is_a_link": "kFileUnexpected", "empty_folder": "kFileUnexpected",
    "tile_spelt_otherwise": "kFileUnexpected", "statement_of_an_unplanned_draw": "kFileUnexpected", "escrow_of_no_plan": "kFileUnexpected",
    "rules_of_no_draw": "kFileUnexpected", "hide_a_draw": "kFileMissing", "hide_last_and_fund": "kFileMissing", "hide_allocation": "kFileMissing",
    "one_ticket_51_times": "kBadProof", "tickets_chosen": "kBadProof", "no_tickets": "kBadProof", "prize_in_the_index": "kBadJson",
    "auditors_bundle_renamed": "kFileUnexpected", "auditors_extra_draw": "kFileUnexpected",
    "plan_of_another_draw": "kPlanSwapped", "plan_of_another_game": "kPlanSwapped", "plan_by_one": "kBadSignature",
    "plan_by_the_control": "kBadSignature", "method_of_dice": "kBadPlan", "fallback_with_a_blank": "kBadPlan", "one_official_decides": "kBadPlan",
    "two_officials_planned": "kBadPlan", "official_twice": "kBadPlan", "official_with_another_key": "kBadPlan", "plan_without_a_witness": "kBadPlan",
    "quorum_of_one": "kBadPlan", "quorum_of_all": "kBadPlan", "beacon_of_nobody": "kBadPlan", "margin_of_a_millisecond": "kBadPlan",
    "round_at_the_close": "kBadPlan", "deadline_in_a_year": "kBadPlan", "plan_under_another_book": "kFileMissing",
    "plan_with_another_escrow": "kFileMissing", "more_in_a_plan": "kBadJson", "plan_format_of_next_year": "kBadJson",
    "one_overseer_is_enough": "kBadPlan", "all_overseers_needed": "kBadPlan", "overseer_of_nobody": "kBadPlan", "plan_without_overseers": "kBadPlan",
    "close_in_9999": "kIllegalTransition", "seal_by_a_stranger": "kBadSignature", "seal_by_the_control": "kBadSignature",
    "seal_of_another_draw": "kBadSeal", "sealed_for_another_operator": "kBadSeal", "sealed_twice_over": "kBadSeal",
    "seal_names_another_plan": "kPlanSwapped", "seal_under_another_book": "kOldRule", "seal_names_another_agreement": "kControlDisagrees",
    "one_more_sale_in_totals": "kFenMoved", "more_taken_than_sold": "kFenMoved", "half_a_line_sold": "kFenMoved", "voids_above_sales": "kFenMoved",
    "seal_counts_999_terminals": "kFenMoved", "seal_counts_no_terminal": "kFenMoved", "line_of_a_terminal_moved": "kFenMoved",
    "seal_excludes_a_leaf": "kBadSeal", "sealed_in_1999": "kEntryTime", "sealed_tomorrow": "kEntryTime", "second_pulse_leaf": "kBeaconReplaced",
    "pulse_before_the_seal": "kIllegalTransition", "another_pulse_in_the_log": "kBeaconReplaced", "certified_by_one": "kBadSignature",
    "certified_by_the_control": "kBadSignature", "certificate_of_another_draw": "kBadDrawCertificate", "certificate_of_another_plan": "kPlanSwapped",
    "certificate_of_another_seal": "kSealSwapped", "round_given_up": "kBeaconReplaced", "another_pulse_named": "kBeaconReplaced",
    "alpha_of_another_plan": "kBadDrawCertificate", "contribution_left_out": "kBadContribution", "contributions_in_another_order": "kBadContribution",
    "proof_of_another_official": "kBadContribution", "seed_chosen": "kOutcomeWrong", "numbers_chosen_by_officials": "kOutcomeWrong",
    "number_34": "kOutcomeWrong", "blue_17": "kOutcomeWrong", "certified_before_the_round": "kBadDrawCertificate",
    "certified_in_2099": "kBadDrawCertificate", "balls_of_another_draw": "kBadBallEntry", "balls_of_another_plan": "kBadBallEntry",
    "balls_of_another_seal": "kBadBallEntry", "machine_of_nobody": "kBadBallEntry", "ball_set_of_nobody": "kBadJson",
    "no_test_before": "kBadBallEntry", "no_test_after": "kBadBallEntry", "test_of_five_balls": "kBadBallEntry", "ball_34": "kBadBallEntry",
    "ball_twice": "kBadBallEntry", "five_balls": "kBadBallEntry", "stopped_after_30_balls": "kBadBallEntry", "stopped_without_a_reason": "kBadJson",
    "written_before_it_ran": "kBadBallEntry", "ball_sets_differ": "kEntriesDiffer", "one_entry": "kBadBallEntry",
    "one_official_twice": "kBadBallEntry", "third_entry_where_two_agree": "kBadBallEntry", "balls_without_overseers": "kBadBallEntry",
    "attended_by_one": "kBadSignature", "attended_by_officials": "kBadSignature", "attended_for_other_entries": "kBadBallEntry",
    "cancelled_by_two_officials": "kBadSignature", "statement_by_the_control": "kStatementForged", "statement_of_another_draw": "kStatementForged",
    "statement_of_another_seal": "kStatementForged", "statement_of_another_certificate": "kStatementForged",
    "statement_under_another_book": "kOldRule", "totals_of_another_day": "kFenMoved", "net_sales_moved": "kFenMoved",
    "prize_money_moved": "kFenMoved", "adjustment_accrued_moved": "kFenMoved", "fee_moved": "kFenMoved", "pool_before_moved": "kFenMoved",
    "pool_before_of_the_second_draw": "kFenMoved", "special_rule_on": "kFenMoved", "special_rule_next_on": "kFenMoved", "tier_left_out": "kFenMoved",
    "tiers_in_another_order": "kFenMoved", "tier_pays_more": "kFenMoved", "tier_total_moved": "kFenMoved", "one_more_winner": "kFenMoved",
    "sums_do_not_add": "kFenMoved", "pool_after_moved": "kFenMoved", "adjustment_gained_moved": "kFenMoved", "adjustment_paid_moved": "kFenMoved",
    "adjustment_before_moved": "kFenMoved", "adjustment_after_moved": "kFenMoved", "adjustment_of_the_second_draw": "kFenMoved",
    "payment_of_no_claim": "kPaymentForged", "payment_of_another_leaf": "kPaymentForged", "payment_at_another_terminal": "kPaymentForged",
    "payment_at_another_time": "kPaymentForged", "payment_by_another_statement": "kPaymentForged", "payment_behind_the_list": "kPaymentForged",
    "payment_signed_by_central": "kPaymentForged", "payment_twice": "kPaymentForged", "payment_before_paying": "kPaymentForged",
    "one_ticket_paid_twice": "kAlreadyPaid", "payment_by_the_settler": "kNotPermitted", "prize_back_without_a_payment": "kNotPermitted", "paid_more_than_the_prize": "kPaymentForged",
    "paid_in_another_place": "kPaymentForged", "forfeits_kept_back": "kFenMoved", "payments_overstated": "kFenMoved",
    "forfeits_of_another_statement": "kFenMoved", "forfeits_signed_by_the_payer": "kBadSignature", "forfeited_early": "kIllegalTransition",
    "winners_overstated": "kStatementForged", "one_winner_fewer_than_there_is": "kStatementForged", "winner_replaced": "kStatementForged",
    "a_day_less_to_claim": "kFenMoved", "no_end_to_claims": "kFenMoved", "digits_net_sales_moved": "kFenMoved",
    "digits_winner_replaced": "kStatementForged", "agreed_by_settlement": "kBadSignature", "agreement_not_the_logged_one": "kControlDisagrees", "sales_agreed_by_settlement": "kBadSignature",
    "prizes_agreed_as_sales": "kControlDisagrees", "sales_agreed_as_prizes": "kControlDisagrees",
    "agreed_with_another_statement": "kControlDisagrees", "sales_agreed_of_another_draw": "kControlDisagrees",
    "sales_agreed_of_another_log": "kControlDisagrees", "sales_agreed_of_a_shorter_log": "kControlDisagrees",
    "sales_agreed_of_another_root": "kControlDisagrees", "sales_agreed_of_other_totals": "kControlDisagrees",
    "sales_agreed_of_other_terminals": "kControlDisagrees", "prizes_agreed_of_another_draw": "kControlDisagrees",
    "prizes_agreed_of_another_log": "kControlDisagrees", "prizes_agreed_of_a_shorter_log": "kControlDisagrees",
    "prizes_agreed_of_another_root": "kControlDisagrees", "prizes_agreed_of_other_totals": "kControlDisagrees",
    "prizes_agreed_of_other_terminals": "kControlDisagrees", "refund_of_another_seal": "kStatementForged",
    "refund_of_another_cancellation": "kStatementForged", "refund_of_other_totals": "kFenMoved", "refund_of_two_tickets": "kFenMoved",
    "refund_by_the_control": "kBadSignature", "claim_of_no_terminal": "kUnknownTerminal", "claim_of_leaf_9999": "kUnknownTicket",
    "claim_from_a_log_of_nobody": "kUnknownTicket", "claimed_before_paying": "kNotAgreed",
}


class DayWithAnEditedRow(demo.Demo):
    """Before the first settlement one octet of one sale is changed as the tables' owner; settlement must stop."""

    edited = raced = False

    def hold(self, draw):
        settler = self.world.settler
        if not self.edited:
            def edited_first(*arguments):
                if arguments[0] == "settle" and not self.edited:
                    self.edited = True
                    self.try_edited(settler, arguments)
                return settler(*arguments)
            self.world.settler = edited_first
        super().hold(draw)

    def enter_balls(self, draw, bundle, official, reds, blue, *more):
        if official == w.OFFICIALS[0] and not self.raced:
            self.raced = True
            self.try_two_entries_at_once(draw, bundle, official, reds, blue, more)
        return super().enter_balls(draw, bundle, official, reds, blue, *more)

    def try_two_entries_at_once(self, draw, bundle, official, reds, blue, more):
        """Two programs on one device with different numbers: one of them signs, always."""
        def entry(name, numbers, device):
            return [self.world.program("draw"), "balls", *map(str, self.ball_flags(draw, bundle, official, numbers, blue, *more)), "--device", str(device),
                    "--out", str(self.world.private / f"race-{name}.json"), "--json"]
        for pair in range(8):
            device = self.world.private / f"race-{pair}"
            running = [subprocess.Popen(entry(n, numbers, device), stdout=subprocess.PIPE, text=True) for n, numbers in enumerate((reds, list(reversed(reds))))]
            ended = [(process.communicate()[0], process.returncode) for process in running]
            assert sorted(status for _, status in ended) == [0, 1], ended
            refused = next(json.loads(text) for text, status in ended if status)
            assert refused["code"] in ("kSecondEntry", "kInUse"), refused

    def print_certificate(self, draw):
        super().print_certificate(draw)
        if draw == demo.DRAWS[0]:
            self.try_bad_paper(draw)

    def try_bad_paper(self, draw):
        """A certificate is printed whole or not at all, and what was there before stays."""
        world, name = self.world, w.name_of(draw)
        good = world.out / f"certificates/{name}.pdf"
        ground = self.ground(world.private / f"bundle-{name}", world.public / f"beacon/{name}.json")
        def printed(out, env=None, prefix=()):
            done = subprocess.run([*prefix, world.program("draw"), "print", *map(str, ground), "--certificate", str(world.public / f"draw/{name}.certificate.json"),
                                   "--out", str(out), "--json"], capture_output=True, text=True, check=False, env={**os.environ, **(env or {})})
            return json.loads(done.stdout.splitlines()[-1]).get("code"), done.returncode
        fonts = world.private / "no-fonts.conf"
        fonts.write_text('<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir></fontconfig>')
        before = good.read_bytes()
        assert printed(good, env={"FONTCONFIG_FILE": str(fonts)}) == ("kNoFont", 1)
        assert printed("/dev/full") == ("kFileWrite", 1)
        assert printed(good, prefix=("prlimit", "--fsize=16384")) != (None, 0)
        assert good.read_bytes() == before and list(good.parent.glob("*.new*")) == []
        balance = world.run("terminal", "status", *world.terminal_flags(1009))["balance_fen"]
        sold = subprocess.run([world.program("terminal"), "sell", *map(str, world.terminal_flags(1009)), "--draw", str(demo.DRAWS[1]), "--bet",
                               "01 02 03 04 05 06 + 07", "--pictures", str(world.private / "no-tickets"), "--json"], capture_output=True, text=True, check=False,
                              env={**os.environ, "FONTCONFIG_FILE": str(fonts)})
        assert json.loads(sold.stdout.splitlines()[-1])["code"] == "kNoFont", sold  # found out before the sale, as the printer is
        assert world.run("terminal", "status", *world.terminal_flags(1009))["balance_fen"] == balance

    def check_terminals(self, draw, **least):
        if draw == demo.DRAWS[0]:
            self.try_other_journals(draw)
        super().check_terminals(draw, **least)
        if draw == demo.DRAWS[0]:
            self.try_old_words(draw)

    def try_old_words(self, draw):
        """What a terminal said before, said again by somebody who overheard it, changes nothing."""
        kept, = self.world.private.glob(f"**/terminal-checks/{w.name_of(draw)}.jsonl")
        before, lines = kept.read_text(encoding="utf-8"), kept.read_text(encoding="utf-8").splitlines()
        old = next(json.loads(line)["envelope"] for line in lines if json.loads(line)["differs"])
        url = self.world.addresses["control"]
        with urllib.request.urlopen(urllib.request.Request(f"{url}/terminal-check", data=old.encode()), timeout=10) as answer:
            assert json.loads(answer.read())["agrees"]
        told = json.loads(demo.fetch(f"{url}/terminal-checks/{w.name_of(draw)}"))
        assert told["agree"] == told["terminals"] and not told["differ"] and kept.read_text(encoding="utf-8") == before, told

    def try_other_journals(self, draw):
        """A journal without one of its sales, and one that has another receipt: the terminal says so, the control hears it, and hears
        from nobody else. The last report counts."""
        world, victim, origin = self.world, 1004, f"{w.OPERATOR}/ssq/{draw}"
        lines = (world.private / f"terminal-{victim}/journal/journal.jsonl").read_text(encoding="utf-8").splitlines()
        events = [json.loads(line) for line in lines]
        kinds = [e["kind"] for e in events if e["event"] == "accepted"]
        order = next(n for n, kind in enumerate(kinds) if kind == "order" and kinds[n + 1:n + 2] != ["void"])  # a void follows its order
        at = [i for i, e in enumerate(events) if e["event"] == "accepted"][order]
        sale = events[at]
        def check(changed, *more):
            folder = world.private / "other-journal"
            folder.mkdir(exist_ok=True)
            (folder / "journal.jsonl").write_text("\n".join(changed) + "\n", encoding="utf-8")
            flags = world.terminal_flags(victim, folder)
            try:
                world.run("terminal", "check", *flags, "--control", world.addresses["control"], *more)
            except w.Refused as refused:
                return refused.code
            finally:
                shutil.rmtree(folder)
            raise AssertionError("another journal agrees")
        def told():
            return json.loads(demo.fetch(f"{world.addresses['control']}/terminal-checks/{w.name_of(draw)}"))
        assert check([line for line, e in zip(lines, events) if e.get("sequence") != sale["sequence"] or e["event"] not in ("intend", "accepted")]) == "kSealDiffers"
        assert [d["terminal"] for d in told()["differ"]] == [victim] and "journal" in told()["differ"][0]["why"], told()
        sale["parts"][0]["leaf_hash"] = "00" * 32
        assert check([*lines[:at], json.dumps(sale), *lines[at + 1:]]) == "kSealDiffers"
        assert told()["differ"][0]["why"].endswith("leaves are not under the sealed root"), told()
        assert told()["reported"] == 1 and told()["agree"] == 0 and sale["parts"][0]["origin"] == origin, told()
        key = world.key_path(f"terminal-{victim}")
        other = world.private / "keys/somebody.key"
        world.run("terminal", "key", "--key", other, "--name", "somebody", "--passphrase", world.phrase)
        key.rename(key.with_suffix(".aside"))
        other.rename(key)
        try:
            assert check(lines) == "kBadMessage"  # not the terminal's key
        finally:
            key.with_suffix(".aside").rename(key)
        world.kill("control")  # what it was told outlives it
        world.start_witness("control")
        assert [d["terminal"] for d in told()["differ"]] == [victim], told()

    def dispute(self):
        """What the logs say of other tickets, of one that was never sold, and of one the books were made to pay."""
        super().dispute()
        world = self.world
        def story(code, *more):
            return world.run("compliance", "dispute", world.public, "--trust", world.root, "--entries", world.auditor, "--public-code", code, *more)
        def told(code):
            return " ".join(event["en"] for event in story(code)["events"])
        assert "refund of" in told(self.refundable[0]) and "claimed by terminal:1005" in told(self.refundable[0])
        assert "nobody claimed it" in told(self.late[0])
        voided = next(code for till in self.tills.values() for code in self.voided_codes(till))
        assert "taken back" in told(voided) and "sealed" not in told(voided)
        origin, index, _ = voided.split(":")
        demo.expect_refusal("kUnknownTicket", lambda: story(f"{origin}:{index}:{'A' * 43}"))
        origin, index, _ = self.late[0].rsplit(":", 2)
        books = ("--database", world.cluster.dsn("auditor"))
        assert story(self.late[0], *books)["consistent"]
        world.cluster.sql("SET ROLE lottery_owner; INSERT INTO settlement.payment SELECT game, draw, idx, sha256('invented'), 1001, prize_fen - 1, 0, 1, "
                          f"(SELECT min(id) FROM ledger.txn) FROM settlement.winner WHERE draw = {origin.rsplit('/', 1)[1]} AND idx = {index}", "migrator")
        found = story(self.late[0], *books)
        assert not found["consistent"] and len(found["findings"]) == 2, found

    def voided_codes(self, till):
        """Of its orders that were taken back, by the journal: the order before each void."""
        events = [event for event in till.events() if event["event"] == "accepted"]
        for order, void in zip(events, events[1:]):
            if order["kind"] == "order" and void["kind"] == "void":
                part = order["parts"][0]
                yield f"{part['origin']}:{part['index']}:{base64.urlsafe_b64encode(bytes.fromhex(part['leaf_hash'])).decode().rstrip('=')}"

    def try_edited(self, settler, arguments):
        log = self.world.cluster.sql(f"SELECT log FROM issuance.draw WHERE draw = {demo.DRAWS[0]}")[0][0]
        flip = ("SET ROLE lottery_owner; UPDATE issuance.leaf SET bundle = set_byte(bundle, length(bundle) - 40, "
                f"get_byte(bundle, length(bundle) - 40) # 1) WHERE log = {log} AND first = "
                f"(SELECT max(first) FROM issuance.leaf WHERE log = {log} AND first <= 3)")
        self.world.cluster.sql(flip, "migrator")
        try:
            settler(*arguments)
            raise AssertionError("settlement took an edited sale")
        except w.Refused as refused:
            assert refused.code == "kSealMismatch", refused
            assert f"ssq-{demo.DRAWS[0]}" in refused.answer["detail"], refused
        self.world.cluster.sql(flip, "migrator")


def check_pictures(folder):
    """One ticket of each kind as a picture: a scanner reads the codes that stand on the text."""
    pictures = sorted(folder.rglob("*.png"))
    assert len(pictures) == len(demo.pictured_slips()) + 2 and {p.parent for p in pictures} == {folder / "tickets"}, pictures
    for picture in pictures:
        read = subprocess.run(["zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)], check=True, capture_output=True, text=True)
        terminal = picture.stem.split("-")[0]
        text = (folder / f"terminal-{terminal}/tickets" / (picture.stem + ".txt")).read_text(encoding="utf-8")
        printed = {line.split("code: ")[1] for line in text.splitlines() if " code: " in line}
        assert set(read.stdout.split()) == printed and len(printed) == 2, (picture, read.stdout, printed)


def check_certificates(folder):
    """Each draw's certificate on paper."""
    papers = {path.stem: path.read_bytes() for path in folder.glob("*.pdf")}
    assert set(papers) == {w.name_of(draw) for draw in [*demo.DRAWS, demo.DIGITS]}, papers.keys()
    assert all(paper.startswith(b"%PDF-") and len(paper) > 10_000 for paper in papers.values())


def verify(build, folder, root, entries=None, more=()):
    command = [str(build / "bin/lottery-compliance"), "verify", str(folder), "--trust", root, "--json", *map(str, more)]
    if entries:
        command += ["--entries", str(entries)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def check_looked_at(build, out, root, scratch):
    """A folder that somebody only looked at, a root as people type it, a part that this user may not read."""
    folder = scratch / "looked-at"
    shutil.copytree(out / "public", folder)
    for name in (".DS_Store", "draw/.DS_Store", "Thumbs.db", "log/desktop.ini", "audit/tile/entries/._000"):
        (folder / name).write_text("left by a file manager")
    for typed in (root, root.upper(), f" {root}\n", "\u3000" + root):
        status, answer = verify(build, folder, typed)
        assert status == 0, (typed, answer)
    for typed in (root[1:], root + "00", "not hex", root.replace(root[0], "g")):
        status, answer = verify(build, folder, typed)
        assert status == 2 and answer["code"] == "kUsage", (typed, answer)
    (folder / "draw/notes.txt").write_text("x")
    status, answer = verify(build, folder, root)
    assert status == 1 and answer["code"] == "kFileUnexpected" and answer["file"] == "draw/notes.txt", answer
    (folder / "draw/notes.txt").unlink()
    if os.geteuid() == 0:
        for path in (scratch, folder, build):
            os.chmod(path, 0o755)
        os.chmod(folder / "draw", 0)
        done = subprocess.run(["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", str(build / "bin/lottery-compliance"), "verify", str(folder),
                               "--trust", root, "--json"], capture_output=True, text=True, check=False)
        if done.stdout:  # nobody may run what lies in a closed folder
            answer = json.loads(done.stdout.splitlines()[-1])
            assert answer["code"] == "kFileMissing" and answer["file"].endswith("/draw"), answer
        os.chmod(folder / "draw", 0o755)
    shutil.rmtree(folder)


def check_as_of(build, out, root, scratch):
    """A folder that is whole and old is refused by what somebody knows from outside: a clock, a checkpoint, a folder of before."""
    def forged(kind):
        copy = scratch / f"as-of-{kind}"
        subprocess.run([str(build / "bin/tamper"), kind, str(out), str(copy)], check=True)
        return copy / "public"
    longer, other, stranger = forged("unknown_kind_of_leaf"), forged("claim_of_leaf_9999"), forged("new_keys")
    own = (out / "public/audit/checkpoint").read_text()
    bare = scratch / "bare-checkpoint"
    bare.write_text("\n".join(own.split("\n")[:5]) + "\n")  # the log's word alone
    more, changed = scratch / "since-more", scratch / "since-changed"
    for folder in (more, changed):
        shutil.copytree(out / "public", folder)
    shutil.copy(more / "plan/ssq-2026097.json", more / "plan/ssq-2026001.json")
    paper = changed / "seal/ssq-2026097.json"
    paper.write_text(paper.read_text() + "\n")
    for folder in (more, changed):
        subprocess.run([str(build / "bin/lottery-compliance"), "manifest", str(folder), "--json"], check=True, stdout=subprocess.DEVNULL)
    for flags, code in (
            (["--as-of", "2099-01-01"], "kTooOld"), (["--as-of", "2099-01-01", "--max-age", 0], None), (["--max-age", 1_000_000, "--as-of", "2099-01-01"], None),
            (["--as-of", "yesterday"], "kUsage"), (["--max-age", -1], "kUsage"),
            (["--at-least", out / "public/audit/checkpoint"], None), (["--at-least", longer / "audit/checkpoint"], "kTooOld"),
            (["--at-least", other / "audit/checkpoint"], "kSplitView"), (["--at-least", bare], "kQuorumMissing"),
            (["--at-least", out / "public/log/ssq/2026097/checkpoint"], "kBadCheckpoint"), (["--at-least", scratch / "nothing"], "kFileMissing"),
            (["--since", out / "public"], None), (["--since", longer], "kTooOld"), (["--since", other], "kSplitView"),
            (["--since", stranger], "kRootMismatch"), (["--since", more], "kFileMissing"), (["--since", changed], "kLogMismatch"),
            (["--since", scratch / "nothing"], "kFileMissing")):
        status, answer = verify(build, out / "public", root, None, flags)
        assert (status == 0) == (code is None) and answer.get("code") == code, (flags, answer)
    status, answer = verify(build, out / "public", root)
    entries = verify(build, out / "public", root, out / "auditor")[1]
    assert answer["as_of"]["audit_size"] == int(own.split("\n")[1]) and answer["as_of"]["time"].endswith("Z"), answer
    assert answer["rules_checked"] < entries["rules_checked"] and entries["rules_checked"] + entries["rules_not_checkable"] == \
        answer["rules_checked"] + answer["rules_not_checkable"], (answer, entries)
    assert {row["draw"] for row in entries["would_have_to_collude"]} == {path.stem for path in (out / "public/seal").glob("*.json")}, entries
    print("as of:", answer["as_of"], answer["rules_checked"], entries["rules_checked"])


def beside(work, items):
    """Each item's work is one program after the other, so two of them fill two cores. The first that fails is told."""
    with concurrent.futures.ThreadPoolExecutor(2) as two:
        for done in [two.submit(work, item) for item in items]:
            done.result()


def check_tamperings(build, out, root, scratch, every):
    def check(row):
        kind, code = row
        copy = scratch / f"tampered-{kind}"
        subprocess.run([str(build / "bin/tamper"), kind, str(out), str(copy)], check=True)
        status, answer = verify(build, copy / "public", root, copy / "auditor")
        assert status == 1 and answer["code"] == code, (kind, answer)
        print(f"named: {kind} -> {code} in {answer.get('file')}")
        shutil.rmtree(copy)
    beside(check, list(TAMPERINGS.items())[::every])


def check_beacon_change(world, build, out, root, scratch):
    """The beacon has another certificate since: with both under one name the day verifies, without the old one it fails by name."""
    folder, spec = scratch / "beacon-change", json.loads((world.private / "trust-spec.json").read_text())
    world.run("compliance", "new-beacon", "--out", scratch / "new-beacon")
    new = [{"name": "demo-beacon", "certificate_pem": (scratch / "new-beacon.pem").read_text()}]
    for beacons, code in ((new + spec["beacons"], None), (spec["beacons"] + new, None), (new, "kBadPulse")):
        shutil.copytree(out / "public", folder)
        (scratch / "trust-spec.json").write_text(json.dumps(spec | {"beacons": beacons}))
        (folder / "trust.json").unlink()
        world.run("central", "trust", "--spec", scratch / "trust-spec.json", "--key", world.key_path("root"),
                  "--passphrase", world.phrase, "--out", folder / "trust.json")
        world.run("compliance", "manifest", folder)
        status, answer = verify(build, folder, root)
        assert (status == 0) == (code is None) and answer.get("code") == code, answer
        assert code is None or answer["file"].startswith("beacon/") and "beacon demo-beacon" in answer["detail"], answer
        shutil.rmtree(folder)
    print("named: the beacon's old certificate taken out -> kBadPulse")


def check_flipped_bits(build, out, root, scratch, every):
    files = sorted(p.relative_to(out / "public") for p in (out / "public").rglob("*") if p.is_file() and p.stat().st_size)
    rng = random.Random(7)
    chosen = [p for i, p in enumerate(files) if i % every == 0 or p.suffix == ".json" and i % 3 == 0 or p.name == "index.json"]
    flips = []
    for name in chosen:
        whole = (out / "public" / name).read_bytes()
        at = [rng.randrange(len(whole) * 8)]
        if name.suffix == ".json":  # a letter in the other case too: hex digits would mean the same
            at.append(rng.choice([i for i, octet in enumerate(whole) if chr(octet) in "abcdefABCDEF"]) * 8 + 5)
        flips.append((name, at))

    def check(half):
        folder = scratch / f"flipped-{half}"
        shutil.copytree(out / "public", folder)
        for name, places in flips[half::2]:
            whole = (folder / name).read_bytes()
            for at in places:
                check_flipped_bit(build, folder, root, folder / name, at)
                (folder / name).write_bytes(whole)
    beside(check, range(2))
    print(f"named: one flipped bit in each of {len(chosen)} files, two in documents, with and without its hash in the manifest")


def check_flipped_bit(build, folder, root, path, at):
    broken = bytearray(path.read_bytes())
    broken[at // 8] ^= 1 << at % 8
    path.write_bytes(broken)
    status, answer = verify(build, folder, root)
    name = str(path.relative_to(folder))
    assert status != 0 and (answer.get("file") == name or name == "manifest.json"), (name, at, answer)
    if name != "manifest.json":  # and once more by somebody who makes the manifest fit
        manifest = (folder / "manifest.json").read_text()
        told = json.loads(manifest)["files"][name]
        (folder / "manifest.json").write_text(manifest.replace(f'"{name}": "{told}"', f'"{name}": "{hashlib.sha256(broken).hexdigest()}"'))
        status, answer = verify(build, folder, root)
        named = status == 1 and answer.get("code") != "kManifestMismatch" and answer.get("file")
        remarked = status == 0 and [remark.get("file") for remark in answer["remarks"] if "lines" in remark] == [name]  # a cosignature nobody needs
        assert named or remarked, (name, at, answer)
        (folder / "manifest.json").write_text(manifest)


def check_go(out, scratch):
    binary = scratch / "check"
    environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOCACHE": str(scratch / "gocache"), "GOFLAGS": ""}
    subprocess.run(["go", "build", "-o", str(binary), str(SOURCE / "tests/functional/go/check.go")], check=True, env=environment, cwd=scratch)
    said = subprocess.run([str(binary), str(out / "public")], check=True, capture_output=True, text=True).stdout
    print("Go accepts:", said.strip())
    assert said.startswith("6 checkpoints, ") and int(said.split()[2]) >= 100, said


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="lottery-day-"))
    sanitized = "asan" in build.name or "tsan" in build.name
    try:
        out = scratch / "out"
        options = argparse.Namespace(build=str(build), out=str(out), orders=120 if sanitized else 300, kills=2, json=True)
        day = DayWithAnEditedRow(options)
        summary = day.run()
        print(summary)
        assert day.edited and summary["verified"] and summary["lost"] == 0 and summary["doubled"] == 0 and summary["kills"] == 2
        assert summary["accepted"] + summary["not_sold"] + summary["refused"] == summary["orders"] and summary["refused"] == 10, summary
        root = summary["trust_root"]
        status, answer = verify(build, out / "public", "")
        assert status == 1 and answer["code"] == "kRootNotGiven" and root in answer["detail"], answer
        problems = schema_check.check(out / "public")
        assert not problems, problems
        check_pictures(out / "private")
        check_certificates(out / "certificates")
        check_go(out, scratch)
        check_looked_at(build, out, root, scratch)
        check_as_of(build, out, root, scratch)
        check_beacon_change(day.world, build, out, root, scratch)
        check_tamperings(build, out, root, scratch, 6 if sanitized else 1)
        check_flipped_bits(build, out, root, scratch, 40 if sanitized else 1)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
