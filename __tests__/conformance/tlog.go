// Reads one JSON object from standard input and says of each part whether Go's own transparency log code takes it.
package main

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type question struct {
	Key         string
	Checkpoints []string
	// Content is what is hashed for an entry: its canonical JSON without "hash".
	Inclusion []struct {
		Seq, Size           int64
		Content, Hash, Root string
		Proof               []string
	}
	Consistency []struct {
		From, To         int64
		FromRoot, ToRoot string
		Proof            []string
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func parseHash(text string) (hash tlog.Hash) {
	bytes, err := hex.DecodeString(text)
	check(err)
	copy(hash[:], bytes)
	return hash
}

func parseProof(texts []string) (hashes []tlog.Hash) {
	for _, text := range texts {
		hashes = append(hashes, parseHash(text))
	}
	return hashes
}

func openCheckpoint(text string, verifier note.Verifier) string {
	opened, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return "refused"
	}
	lines := strings.Split(opened.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	return fmt.Sprintf("%s %d %x", lines[0], size, root)
}

func verdict(err error) string {
	if err != nil {
		return "refused"
	}
	return "verified"
}

func main() {
	var asked question
	check(json.NewDecoder(os.Stdin).Decode(&asked))
	verifier, err := note.NewVerifier(asked.Key)
	check(err)
	var answers []string
	for _, text := range asked.Checkpoints {
		answers = append(answers, openCheckpoint(text, verifier))
	}
	for _, one := range asked.Inclusion {
		if one.Content != "" && tlog.RecordHash([]byte(one.Content)) != parseHash(one.Hash) {
			answers = append(answers, "another hash")
			continue
		}
		proof := tlog.RecordProof(parseProof(one.Proof))
		answers = append(answers, verdict(tlog.CheckRecord(proof, one.Size, parseHash(one.Root), one.Seq, parseHash(one.Hash))))
	}
	for _, one := range asked.Consistency {
		proof := tlog.TreeProof(parseProof(one.Proof))
		answers = append(answers, verdict(tlog.CheckTree(proof, one.To, parseHash(one.ToRoot), one.From, parseHash(one.FromRoot))))
	}
	check(json.NewEncoder(os.Stdout).Encode(answers))
}
