// Checks a public folder with Go's own transparency-log code: note.Open on every sealed checkpoint, tlog.CheckRecord
// on every sampled ticket. Prints how many of each it accepted.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(parts ...string) string {
	text, err := os.ReadFile(filepath.Join(parts...))
	must(err)
	return string(text)
}

func hash(line string) (h tlog.Hash) {
	raw, err := base64.StdEncoding.DecodeString(line)
	must(err)
	if len(raw) != len(h) {
		must(fmt.Errorf("hash of %d octets", len(raw)))
	}
	copy(h[:], raw)
	return h
}

// open verifies the log's signature and returns size and root.
func open(text string, verifiers note.Verifiers) (int64, tlog.Hash) {
	n, err := note.Open([]byte(text), verifiers)
	must(err)
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	must(err)
	return size, hash(lines[2])
}

func main() {
	folder := os.Args[1]
	verifier, err := note.NewVerifier(strings.TrimSpace(read(folder, "log", "vkey")))
	must(err)
	verifiers := note.VerifierList(verifier)
	checkpoints, err := filepath.Glob(filepath.Join(folder, "log", "*", "*", "checkpoint"))
	must(err)
	checkpoints = append(checkpoints, filepath.Join(folder, "audit", "checkpoint"))
	for _, path := range checkpoints {
		open(read(path), verifiers)
	}
	var index struct {
		Tickets []struct{ Ticket, Index int64 }
	}
	must(json.Unmarshal([]byte(read(folder, "tickets", "index.json")), &index))
	for _, t := range index.Tickets {
		name := strconv.FormatInt(t.Ticket, 10)
		head, checkpoint, _ := strings.Cut(read(folder, "tickets", name+".tlog-proof"), "\n\n")
		size, root := open(checkpoint, verifiers)
		var proof tlog.RecordProof
		for _, line := range strings.Split(head, "\n")[2:] {
			proof = append(proof, hash(line))
		}
		must(tlog.CheckRecord(proof, size, root, t.Index, tlog.RecordHash([]byte(read(folder, "tickets", name+".leaf")))))
	}
	fmt.Printf("%d checkpoints, %d tickets\n", len(checkpoints), len(index.Tickets))
}
