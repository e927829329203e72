// Work that is asked for again and again, one at a time: what is asked for while it goes on is done once more when it is
// over. On a slow network answers then neither overtake each other, nor is each dropped for the sake of the next.
export function again(work: () => Promise<unknown>): () => void {
  let goesOn = false;
  let asked = false;
  const ask = (): void => {
    asked = goesOn;
    if (goesOn) return;
    goesOn = true;
    const over = (): void => {
      goesOn = false;
      if (asked) ask();
    };
    work().then(over, over);
  };
  return ask;
}
