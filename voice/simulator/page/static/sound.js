// Voices: the browser's own local ones, else this computer's, else none. A browser's network voices
// are not used, because they send the words elsewhere.

import { byId } from "./post.js";

const TONES = {
  1: [697, 1209], 2: [697, 1336], 3: [697, 1477],
  4: [770, 1209], 5: [770, 1336], 6: [770, 1477],
  7: [852, 1209], 8: [852, 1336], 9: [852, 1477],
  "*": [941, 1209], 0: [941, 1336], "#": [941, 1477],
};
const choice = byId("sound");
const speech = "speechSynthesis" in window ? window.speechSynthesis : null;
let audio = null;
let tones = null;

speech?.getVoices();

export const wanted = () => choice.value === "voice";

function voiceFor(language) {
  const short = language.slice(0, 2);
  const here = (speech?.getVoices() ?? []).filter((voice) => voice.localService);
  return here.find((voice) => voice.lang.replace("_", "-") === language)
    ?? here.find((voice) => voice.lang.startsWith(short));
}

// Speaks a sentence; `onShare` gets the share that was spoken (0 to 1). True once it was spoken.
export function speak({ words, language, recording, address, rate, onShare }) {
  stop();
  if (recording) return byLine(recording, rate, onShare);
  const voice = voiceFor(language);
  if (voice) return byBrowser(words, voice, rate, onShare);
  if (choice.dataset.serverVoice === "yes") return byLine(address, rate, onShare);
  return Promise.resolve(false);
}

function byBrowser(words, voice, rate, onShare) {
  return new Promise((done) => {
    const said = new SpeechSynthesisUtterance(words);
    said.voice = voice;
    said.lang = voice.lang;
    said.rate = rate;
    said.onboundary = (event) => onShare(event.charIndex / words.length);
    said.onend = () => done(true);
    said.onerror = () => done(false);
    speech.speak(said);
  });
}

function byLine(address, rate, onShare) {
  return new Promise((done) => {
    const sound = new Audio(address);
    audio = sound;
    sound.playbackRate = rate;
    sound.ontimeupdate = () => {
      if (sound.duration) onShare(sound.currentTime / sound.duration);
    };
    sound.onended = () => done(true);
    sound.onerror = () => done(false);
    sound.play().catch(() => done(false));
  });
}

export function stop() {
  speech?.cancel();
  audio?.pause();
  audio = null;
}

export function tone(key) {
  if (!wanted() || !window.AudioContext) return;
  tones ??= new AudioContext();
  const volume = tones.createGain();
  volume.gain.value = 0.06;
  volume.connect(tones.destination);
  for (const pitch of TONES[key]) {
    const wave = tones.createOscillator();
    wave.frequency.value = pitch;
    wave.connect(volume);
    wave.start();
    wave.stop(tones.currentTime + 0.13);
  }
}
