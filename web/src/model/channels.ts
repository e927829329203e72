// What became of a message, and how a channel is, in words. Pure.
import type { Channel, Delivery, Message } from "../api/schema.ts";
import { ageText, durationText } from "./times.ts";

// Whether anything will still become of it.
export const isUnderway = (message: { state: string }): boolean => message.state === "pending";

export function hopWords(message: Message): string {
  const took = message.created_at && message.sent_at ? Date.parse(message.sent_at) - Date.parse(message.created_at) : null;
  switch (message.state) {
    case "sent": return took === null ? "taken by the service" : `taken by the service after ${durationText(took)}`;
    case "dead": return `not delivered: ${message.error ?? "the service did not take it"}`;
    case "cancelled": case "dropped": return "not sent: it was no longer needed";
    case "pending": return message.tries > 0 ? `tried ${message.tries}×, last: ${message.error ?? "no answer"}` : "on its way …";
  }
}

export function channelWords(channel: Channel): string {
  switch (channel.state) {
    case "unknown": return "nothing was sent through it yet";
    case "works": return "works";
    case "failing": return "does not get through";
    case "gone": return "no longer in the file of alerts";
  }
}

const PATIENCE_MS = 30_000; // a message may wait so long without anybody having to know

// What keeps people from being told, for the head of every page; empty when all is well. `age`: ms since it was asked.
export function deliveryWords(delivery: Delivery, age: number): string {
  const lag = delivery.lag_seconds === null ? 0 : delivery.lag_seconds * 1000 + age;
  if (lag > PATIENCE_MS) return `messages wait ${ageText(lag)}`;
  if (delivery.failing.length > 0) return delivery.failing.length === 1 ? `${delivery.failing[0] ?? ""} fails` : `${delivery.failing.length} channels fail`;
  return delivery.dead > 0 ? `${delivery.dead} not delivered` : "";
}
